using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>A stored snapshot, not yet parsed.</summary>
/// <param name="Stream">The stream whose history it covers.</param>
/// <param name="Version">The version of that stream up to which the events are folded.</param>
/// <param name="Json">The JSON of a <see cref="WorldSnapshot"/>, UTF-8; the memory must not change any more.</param>
public sealed record StoredSnapshot(StreamName Stream, StreamVersion Version, ReadOnlyMemory<byte> Json)
{
    /// <summary>What <see cref="ISnapshotStore.BeginSnapshotAsync"/> returned before the events were read; null: rewritten events are not looked for.</summary>
    public string? Since { get; init; }
}
