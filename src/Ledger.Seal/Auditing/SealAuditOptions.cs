namespace Ledger.Seal;

/// <summary>What an audit compares the log with, and whom it tells.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SealAuditOptions
{
    /// <summary>The keys that are trusted: default none, and the checkpoints' signatures are not checked. Who can rewrite the log can rewrite its checkpoints too, so give
    /// keys, or <see cref="Kept"/>.</summary>
    public IReadOnlyCollection<NoteKey> Keys { get; init; } = [];

    /// <summary>Checkpoints that were kept outside of the database: default none.</summary>
    public IReadOnlyList<SignedNote> Kept { get; init; } = [];

    /// <summary>Receives each finding: default nobody.</summary>
    public Action<SealFinding>? OnFinding { get; init; }

    /// <summary>Receives each event whose payload or headers were erased, so that they are not proved any more: default nobody.</summary>
    public Action<ErasedPayload>? OnErased { get; init; }

    /// <summary>Receives, at the end, what retention has removed, by stream, or hides as it is about to: default nobody. Compare it with what was ordered.</summary>
    public Action<RetainedEvents>? OnRetained { get; init; }

    /// <summary>Receives, at the end, which events compactions of record stores have moved to the archive, where they are as sealed: default nobody.</summary>
    public Action<ArchivedHistory>? OnArchived { get; init; }

    /// <summary>Receives, at the end, which histories of record stores compactions have deleted: default nobody. Compare it with what was ordered.</summary>
    public Action<DeletedHistory>? OnDeleted { get; init; }

    /// <summary>Receives how many leaves were looked at: default nobody.</summary>
    public IProgress<long>? Progress { get; init; }
}
