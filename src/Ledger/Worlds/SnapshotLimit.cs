using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>How much of a stream a snapshot may stand for.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="AtMost">The largest version.</param>
public readonly record struct SnapshotLimit(StreamName Stream, StreamVersion AtMost);
