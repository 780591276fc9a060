namespace Ledger.Seal;

/// <summary>The kinds of what an audit finds.</summary>
public enum SealFindingKind
{
    /// <summary>A sealed row is not as it was.</summary>
    Changed,

    /// <summary>A sealed row is gone, or the row of a stream.</summary>
    Removed,

    /// <summary>A row stands among the sealed ones that was never sealed.</summary>
    Inserted,

    /// <summary>A sealed row stands at the place of another, or has another version.</summary>
    Reordered,

    /// <summary>All rows after a place are gone, of the log or of a stream, or readers are not shown them; or the whole log is older than a checkpoint.</summary>
    CutOff,

    /// <summary>A branch shares another prefix than the sealed one.</summary>
    ForgedFork,

    /// <summary>The tree, its leaves or its checkpoints are not as they were.</summary>
    SealDamaged,

    /// <summary>The salt of a payload or of headers was deleted, and what the event has there is not what a masking left: nothing proves it.</summary>
    Unproved,
}
