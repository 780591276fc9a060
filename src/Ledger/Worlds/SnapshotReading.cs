namespace Ledger.Worlds;

/// <summary>What the reading of a snapshot gave.</summary>
/// <param name="Snapshot">The snapshot; there may be one beside a fault, to be compared and not to be used.</param>
/// <param name="Fault">Why it cannot be used.</param>
/// <param name="Reason">The fault as a sentence that begins with the snapshot, such as <c>it is not JSON.</c></param>
internal sealed record SnapshotReading(WorldSnapshot? Snapshot, SnapshotFault Fault, string? Reason)
{
    public static SnapshotReading Refused(SnapshotFault fault, string reason, WorldSnapshot? snapshot = null) => new(snapshot, fault, reason);
}
