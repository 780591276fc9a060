namespace Ledger.Tasks;

/// <summary>A page of tasks, the newest first; at the same time, the greatest id first.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="Total">How many there are in all; null on a page that begins after an item, because it does not count.</param>
/// <param name="Next">Where the next page begins, or null: this is the last.</param>
public sealed record TaskPage(IReadOnlyList<AgentTask> Tasks, long? Total, PageCursor? Next);
