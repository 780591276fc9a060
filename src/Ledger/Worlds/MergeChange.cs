namespace Ledger.Worlds;

/// <summary>An event that a merge writes.</summary>
/// <param name="Kind">Whether it changes an object or a relation.</param>
/// <param name="Id">The id of the object or relation.</param>
/// <param name="Change">The effect of the event.</param>
/// <param name="Event">The event: one of the built-in events of objects and relations.</param>
/// <param name="Causes">The events of both sides that it follows from, the newest first: those that set the values that it takes over, and for a decided
/// conflict those that set the values it replaces.</param>
public sealed record MergeChange(EntityKind Kind, string Id, BlameKind Change, object Event, IReadOnlyList<Guid> Causes);
