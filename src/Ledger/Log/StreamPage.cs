namespace Ledger.Log;

/// <summary>A page of streams.</summary>
/// <param name="Streams">The streams, in the order that was asked for.</param>
/// <param name="HasMore">Whether more of them follow.</param>
public sealed record StreamPage(IReadOnlyList<StreamSummary> Streams, bool HasMore);

/// <summary>A stream, and how often it was forked.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Branches">How many branches were forked from it, directly or indirectly.</param>
public sealed record StreamSummary(StreamInfo Stream, long Branches);
