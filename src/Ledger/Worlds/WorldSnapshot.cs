using System.Text.Json.Serialization;

namespace Ledger.Worlds;

/// <summary>The world of a run or branch at a position, stored so that later reads need not fold the events before it.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. Its JSON names its stream, position, format and last
/// event, and has a checksum, so that a damaged, foreign or outdated snapshot is detected.
/// </remarks>
[JsonConverter(typeof(WorldSnapshotJsonConverter))]
public sealed record WorldSnapshot
{
    /// <summary>The format that is written, and the only one that is read.</summary>
    public const int Format = 2;

    /// <summary>The most bytes of JSON that a snapshot may have: 32 MiB. PostgreSQL stores any document of that size.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    internal WorldSnapshot(StreamName stream, World world, Guid? lastEventId)
    {
        Stream = stream;
        World = world;
        LastEventId = lastEventId;
    }

    /// <summary>The stream's name, which is the id of the stored document.</summary>
    public string Id => Stream.Value;

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The number of events folded, including those of a branch's prefix.</summary>
    public Position Position => World.Position;

    /// <summary>The id of the last event folded; null if there is none.</summary>
    public Guid? LastEventId { get; }

    /// <summary>The world.</summary>
    public World World { get; }
}
