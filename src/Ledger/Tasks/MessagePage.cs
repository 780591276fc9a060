namespace Ledger.Tasks;

/// <summary>A page of a task's messages, by time and then by id.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Total">How many the task has in all; null on a page that begins after an item, because it does not count.</param>
/// <param name="Next">Where the next page begins, or null: this is the last.</param>
public sealed record MessagePage(IReadOnlyList<Message> Messages, long? Total, PageCursor? Next);
