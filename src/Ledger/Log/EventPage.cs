namespace Ledger.Log;

/// <summary>A page of the events that match a query.</summary>
/// <param name="Events">The events, with their positions in the history.</param>
/// <param name="Next">The position to continue at: everything before it was examined.</param>
/// <param name="IsLast">Whether this is the last page.</param>
public sealed record EventPage(IReadOnlyList<RecordedEvent> Events, Position Next, bool IsLast);
