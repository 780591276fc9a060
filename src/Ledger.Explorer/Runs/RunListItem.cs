using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>A run or another stream in a list.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Branches">How many branches descend from it; null if they were not counted.</param>
/// <param name="Summary">How it is doing; null without events, for other streams, and where too many events were not looked at yet.</param>
internal sealed record RunListItem(StreamInfo Stream, long? Branches, RunSummary? Summary);

/// <summary>A page of a list of runs.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="HasMore">Whether more of them follow.</param>
/// <param name="Next">What the next page begins with; null if it begins by a number, and on the last page.</param>
/// <param name="Behind">How many events are not looked at yet.</param>
internal sealed record RunListing(IReadOnlyList<RunListItem> Runs, bool HasMore, string? Next, long Behind);
