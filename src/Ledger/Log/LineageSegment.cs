using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>A part of a branch's prefix: the first events of one stream.</summary>
/// <param name="Stream">The name of the stream whose events these are.</param>
/// <param name="Taken">How many of its first own events belong to the prefix, at least 1.</param>
public sealed record LineageSegment(
    [property: JsonPropertyName("stream")] string Stream,
    [property: JsonPropertyName("taken")] long Taken);
