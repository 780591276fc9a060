using System.Text.Json.Serialization;

namespace Ledger.Worlds;

/// <summary>The world of a run or branch at a position, kept so that a later read need not fold the events before it.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. Its JSON says whose it is, how far it goes, in which format it is written and by which
/// event it ends, and has a checksum, so that a snapshot that is damaged, foreign or out of date is told from a good one.
/// </remarks>
[JsonConverter(typeof(WorldSnapshotJsonConverter))]
public sealed record WorldSnapshot
{
    /// <summary>The format that is written: another one is not read.</summary>
    public const int Format = 1;

    internal WorldSnapshot(StreamName stream, World world, Guid? lastEventId)
    {
        Stream = stream;
        World = world;
        LastEventId = lastEventId;
    }

    /// <summary>The stream's name: the id of the document that a store keeps.</summary>
    public string Id => Stream.Value;

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The number of events that are folded, those of a branch's prefix included.</summary>
    public Position Position => World.Position;

    /// <summary>The id of the last event that is folded; null where there is none.</summary>
    public Guid? LastEventId { get; }

    /// <summary>The world.</summary>
    public World World { get; }
}
