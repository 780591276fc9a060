namespace Ledger.Runs;

/// <summary>Which callers are at work, by the clock of the log; a capability of engines that several machines share.</summary>
internal interface ICallOwners
{
    /// <summary>Says that callers are at work.</summary>
    /// <param name="callers">Their names (<see cref="CallOwner"/>).</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task KeepAsync(IReadOnlyList<string> callers, CancellationToken cancellationToken);

    /// <summary>For how long nothing was heard of a caller; null if that cannot be known here.</summary>
    /// <param name="caller">Its name.</param>
    /// <param name="since">When it began the call, which is a sign of life too.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<CallOwnerSilence?> FindSilenceAsync(string caller, DateTimeOffset since, CancellationToken cancellationToken);
}
