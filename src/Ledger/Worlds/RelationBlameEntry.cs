namespace Ledger.Worlds;

/// <summary>An event that created or changed a relation.</summary>
/// <param name="Event">The event, with its position in the history.</param>
/// <param name="Kind">The effect of the event; a relation is never patched.</param>
/// <param name="Before">The relation before the event; null if it did not exist.</param>
/// <param name="After">The relation after the event; null if it was removed.</param>
public sealed record RelationBlameEntry(RecordedEvent Event, BlameKind Kind, Relation? Before, Relation? After)
{
    /// <summary>If a merge wrote the event: the events of the merged history that it took the relation from; see <see cref="BlameEntry.Origins"/>.</summary>
    public IReadOnlyList<RecordedEvent> Origins { get; init; } = [];
}
