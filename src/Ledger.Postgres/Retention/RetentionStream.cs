namespace Ledger.Postgres.Retention;

/// <summary>A stream that a policy asks to remove, and what becomes of it.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="Version">Its last version when the plan was made.</param>
/// <param name="Kept">How many of its first events stay, because branches share them; 0 for none.</param>
/// <param name="State">How far retention is with it.</param>
/// <param name="Reason">Why nothing, or no more, was removed; null for no reason.</param>
/// <param name="Events">How many events are removed; in a plan, how many would be.</param>
public sealed record RetentionStream(
    StreamName Stream, string Policy, long Version, long Kept, RetentionState State, RetentionReason? Reason, long Events)
{
    /// <summary>In a plan: the bytes of the payloads and headers of these events as they are stored.</summary>
    public long Bytes { get; init; }

    /// <summary>In a plan: how many rows besides events go with it, of worlds, tasks and records.</summary>
    public long DerivedRows { get; init; }

    /// <summary>The name of its archive in <see cref="RetentionReport.Folder"/>; null before there is one.</summary>
    public string? File { get; init; }

    /// <summary>The bytes of the archive.</summary>
    public long FileBytes { get; init; }

    /// <summary>What the database said, where <see cref="Reason"/> is <see cref="RetentionReason.Failed"/>; null otherwise.</summary>
    public string? Fault { get; init; }

    /// <summary>The SHA-256 of the archive; null before there is one.</summary>
    internal byte[]? Sha256 { get; init; }
}
