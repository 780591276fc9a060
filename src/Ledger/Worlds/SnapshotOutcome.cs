namespace Ledger.Worlds;

/// <summary>What became of a snapshot that was to be kept.</summary>
public enum SnapshotOutcome
{
    /// <summary>It is kept.</summary>
    Saved,

    /// <summary>The stream has one of a later version, which stays.</summary>
    NewerKept,
}
