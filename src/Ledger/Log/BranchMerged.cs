using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>What another branch of the same family had found is part of this history from here on: the events before it, which it was appended with, made it so.</summary>
/// <param name="Source">The stream of the run or branch that was merged.</param>
/// <param name="At">How many events of the source's history were merged.</param>
/// <param name="Base">The common state that both sides were compared with.</param>
/// <param name="Resolved">How many conflicts were decided.</param>
[EventType("branch.merged")]
public sealed record BranchMerged(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("base")] MergeBase Base,
    [property: JsonPropertyName("resolved")] int Resolved) : OpenEvent;

/// <summary>A state that the two sides of a merge have in common.</summary>
/// <param name="Stream">The stream of the run or branch whose state it is.</param>
/// <param name="At">The number of events of its history.</param>
public sealed record MergeBase(
    [property: JsonPropertyName("stream")] string Stream,
    [property: JsonPropertyName("at")] long At);
