namespace Ledger.Log;

/// <summary>Events that a query wanted.</summary>
/// <param name="Events">The events, with their positions in the history.</param>
/// <param name="Next">Where to go on: everything before it was looked at.</param>
/// <param name="IsLast">Whether nothing is left to look at.</param>
public sealed record EventPage(IReadOnlyList<RecordedEvent> Events, Position Next, bool IsLast);
