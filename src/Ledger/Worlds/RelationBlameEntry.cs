namespace Ledger.Worlds;

/// <summary>An event that made or changed a relation.</summary>
/// <param name="Event">The event, with its position in the history.</param>
/// <param name="Kind">What it did; a relation is never patched.</param>
/// <param name="Before">The relation as it was before; null when it was not there.</param>
/// <param name="After">The relation as it was then; null when it was removed.</param>
public sealed record RelationBlameEntry(RecordedEvent Event, BlameKind Kind, Relation? Before, Relation? After);
