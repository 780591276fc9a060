namespace Ledger.Worlds;

/// <summary>The result of saving a snapshot.</summary>
public enum SnapshotOutcome
{
    /// <summary>It was saved.</summary>
    Saved,

    /// <summary>The stream has one of a later version, which stays.</summary>
    NewerKept,

    /// <summary>Events of the history were rewritten after <see cref="ISnapshotStore.BeginSnapshotAsync"/>, so nothing was saved: read them again.</summary>
    Rewritten,
}
