namespace Ledger.Worlds;

/// <summary>An event that created or changed an object.</summary>
/// <param name="Event">The event, with its position in the history.</param>
/// <param name="Kind">The effect of the event.</param>
/// <param name="Before">The object before the event; null if it did not exist.</param>
/// <param name="After">The object after the event; null if it was removed.</param>
public sealed record BlameEntry(RecordedEvent Event, BlameKind Kind, WorldObject? Before, WorldObject? After)
{
    /// <summary>If a merge wrote the event: the events of the merged history that it took the values from, the newest first. They have no position here.</summary>
    public IReadOnlyList<RecordedEvent> Origins { get; init; } = [];
}
