using System.Text.Json;
using Ledger.Json;

namespace Ledger.Projections;

/// <summary>What one event did to the state of a projection.</summary>
/// <remarks>Of a state with many parts, such as a world, only the part is here that the event is about. Immutable.</remarks>
/// <param name="Position">The position of the event in the history.</param>
/// <param name="Event">The event.</param>
/// <param name="Before">The state before it, or the part of it, as JSON; undefined if there was none.</param>
/// <param name="After">The same after it.</param>
/// <param name="Fault">Why the event could not be applied, and changed nothing; null if it was applied.</param>
public sealed record ProjectionStep(Position Position, RecordedEvent Event, JsonElement Before, JsonElement After, string? Fault)
{
    /// <summary>The values that differ, by path; objects are compared member by member, and lists as a whole. Empty if the event changed nothing.</summary>
    public IReadOnlyList<StateChange> Changes => [.. JsonChanges.Between(Before, After).Select(change => new StateChange(change.Path, change.Old, change.New))];
}

/// <summary>A value of a state that an event changed.</summary>
/// <param name="Path">Its place, as a JSON pointer (RFC 6901); empty for the whole state.</param>
/// <param name="Old">The value before the event; undefined if there was none.</param>
/// <param name="New">The value after it; undefined if there is none.</param>
public sealed record StateChange(string Path, JsonElement Old, JsonElement New);
