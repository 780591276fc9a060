namespace Ledger.Runs;

/// <summary>A step of a <see cref="CausalTrace"/>: an event, or the id of one that the history does not have.</summary>
/// <param name="Id">The event's foreign id where it has one, else its id; for a missing event, the id by which it was named.</param>
/// <param name="Distance">How many steps of cause and effect lie between it and the event asked about, on the shortest way.</param>
/// <param name="Event">The event, with its position in the history, or without one if a merge brought it there; null when the history does not have it.</param>
public sealed record TraceEntry(string Id, int Distance, RecordedEvent? Event)
{
    /// <summary>Whether an event names it as a cause, or a caller asked about it, and the history does not have it.</summary>
    public bool IsMissing => Event is null;
}
