namespace Ledger.Postgres.Retention;

/// <summary>How a run of retention archives and removes.</summary>
/// <remarks>Immutable.</remarks>
public sealed record RetentionOptions
{
    /// <summary>The policies; of an interrupted run, those that it began with.</summary>
    public required IReadOnlyList<RetentionPolicy> Policies { get; init; }

    /// <summary>The folder of the archives; it is created when needed. A file is complete before anything of its stream is removed.
    /// A run that was interrupted is finished in its own folder, or in the one to which all of its files were moved.</summary>
    public required string Folder { get; init; }

    /// <summary>Proves the archived events by the seal: default null, and archives have no proofs. <c>LogSeal</c> does it.</summary>
    /// <remarks>With it, an event that no checkpoint has yet keeps its stream from being removed.</remarks>
    public IArchiveProofs? Proofs { get; init; }

    /// <summary>Receives how many events were removed. Default: null.</summary>
    public IProgress<long>? Progress { get; init; }
}
