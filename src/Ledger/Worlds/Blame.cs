namespace Ledger.Worlds;

/// <summary>The events of a history that created and changed an object, or one of its properties.</summary>
/// <remarks>
/// In history order. For a property, the events that set it, even to the same value, and those that removed it: a
/// removal of the object, or a replacement without the property. The last entry is the source of the current value.
/// </remarks>
/// <param name="Stream">The run or branch whose history was read.</param>
/// <param name="ObjectId">The object.</param>
/// <param name="Property">The top-level property, or null for the whole object.</param>
/// <param name="Entries">The events; empty if the object or the property never existed.</param>
public sealed record Blame(StreamName Stream, string ObjectId, string? Property, IReadOnlyList<BlameEntry> Entries);
