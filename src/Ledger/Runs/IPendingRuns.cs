namespace Ledger.Runs;

/// <summary>Finds runs that wait for something without reading histories; a capability of engines that keep rows of it.</summary>
/// <remarks>What they return are runs and branches of whose own events it follows, in no particular order; some may not wait after all.</remarks>
internal interface IPendingRuns
{
    /// <summary>Those that may have asked for an approval that was not decided on.</summary>
    Task<IReadOnlyCollection<StreamName>> FindAskingAsync(CancellationToken cancellationToken);

    /// <summary>Those that may have begun a call that has not ended.</summary>
    Task<IReadOnlyCollection<StreamName>> FindCallingAsync(CancellationToken cancellationToken);
}
