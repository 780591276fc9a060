namespace Ledger.Worlds;

/// <summary>The events of a history that created and changed a relation, or one of its properties; see <see cref="Blame"/>.</summary>
/// <param name="Stream">The run or branch whose history was read.</param>
/// <param name="RelationId">The relation.</param>
/// <param name="Property">The top-level property, or null for the whole relation.</param>
/// <param name="Entries">The events; empty if the relation or the property never existed.</param>
public sealed record RelationBlame(StreamName Stream, string RelationId, string? Property, IReadOnlyList<RelationBlameEntry> Entries);
