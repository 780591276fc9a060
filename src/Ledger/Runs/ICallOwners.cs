namespace Ledger.Runs;

/// <summary>Which callers are at work, by the clock of the log; a capability of engines that several machines share.</summary>
internal interface ICallOwners
{
    /// <summary>Says that callers are at work.</summary>
    /// <param name="callers">Their names (<see cref="CallOwner"/>).</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task KeepAsync(IReadOnlyList<string> callers, CancellationToken cancellationToken);

    /// <summary>For how long nothing was heard of the callers of calls, in the same order; nothing if that cannot be known here.</summary>
    /// <param name="calls">The calls with a caller, whose beginnings are signs of life too.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<CallOwnerSilence>> FindSilencesAsync(IReadOnlyList<OpenCall> calls, CancellationToken cancellationToken);
}
