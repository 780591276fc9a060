using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>The latest version of a stream that a snapshot may have.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="AtMost">The largest version.</param>
public readonly record struct SnapshotLimit(StreamName Stream, StreamVersion AtMost);
