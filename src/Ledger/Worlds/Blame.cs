namespace Ledger.Worlds;

/// <summary>The events of a history that made and changed an object, or one of its properties.</summary>
/// <remarks>
/// In the order of the history. For a property, the events that set it, also to the value that it had, and those that ended it: a
/// removal, or a replacement without it. The last entry says where the present value comes from.
/// </remarks>
/// <param name="Stream">The run or branch whose history was read.</param>
/// <param name="ObjectId">The object.</param>
/// <param name="Property">The top-level property, or null for the whole object.</param>
/// <param name="Entries">The events; none when there never was such an object, or it never had such a property.</param>
public sealed record Blame(StreamName Stream, string ObjectId, string? Property, IReadOnlyList<BlameEntry> Entries);
