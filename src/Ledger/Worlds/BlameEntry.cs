namespace Ledger.Worlds;

/// <summary>An event that made or changed an object.</summary>
/// <param name="Event">The event, with its position in the history.</param>
/// <param name="Kind">What it did.</param>
/// <param name="Before">The object as it was before; null when it was not there.</param>
/// <param name="After">The object as it was then; null when it was removed.</param>
public sealed record BlameEntry(RecordedEvent Event, BlameKind Kind, WorldObject? Before, WorldObject? After);
