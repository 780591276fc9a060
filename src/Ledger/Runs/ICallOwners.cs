namespace Ledger.Runs;

/// <summary>Which processes that make calls are alive, by the clock of the log; a capability of engines that several machines share.</summary>
internal interface ICallOwners
{
    /// <summary>Says that a process is alive.</summary>
    /// <param name="process">Its name (<see cref="CallOwner.BeatingProcessOf"/>).</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task KeepAsync(string process, CancellationToken cancellationToken);

    /// <summary>For how long nothing was heard of a process.</summary>
    /// <param name="process">Its name.</param>
    /// <param name="since">When it began a call, which is a sign of life too.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<TimeSpan> SilenceOfAsync(string process, DateTimeOffset since, CancellationToken cancellationToken);
}
