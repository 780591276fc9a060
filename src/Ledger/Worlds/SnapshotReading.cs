namespace Ledger.Worlds;

/// <summary>The result of reading a snapshot.</summary>
/// <param name="Snapshot">The snapshot; with some faults it is set for comparison, but must not be used.</param>
/// <param name="Fault">The reason why it cannot be used.</param>
/// <param name="Reason">The fault as a sentence that begins with the snapshot, such as <c>it is not JSON.</c></param>
internal sealed record SnapshotReading(WorldSnapshot? Snapshot, SnapshotFault Fault, string? Reason)
{
    public static SnapshotReading Refused(SnapshotFault fault, string reason, WorldSnapshot? snapshot = null) => new(snapshot, fault, reason);
}
