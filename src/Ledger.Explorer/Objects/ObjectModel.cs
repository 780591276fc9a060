using Ledger.Explorer.Worlds;
using Ledger.Worlds;

namespace Ledger.Explorer.Objects;

/// <summary>An object at a cursor, with its relations and the events that set its properties.</summary>
internal sealed record ObjectModel
{
    /// <summary>How many events of its history are shown.</summary>
    public const int MostEvents = 200;

    public required StreamName Stream { get; init; }

    public required string Id { get; init; }

    public required Position At { get; init; }

    public required Position Length { get; init; }

    /// <summary>The object with its neighbours.</summary>
    public required ObjectSurroundings Around { get; init; }

    /// <summary>Its neighbours as a graph; null if there are none, or too many.</summary>
    public required string? Picture { get; init; }

    public WorldObject? Item => Around.Item;

    /// <summary>The last events that changed it, oldest first; null if finding them would read a long history and was not asked for.</summary>
    public required IReadOnlyList<BlameEntry>? History { get; init; }

    /// <summary>The event that set the current value of a property, or null.</summary>
    public BlameEntry? SetterOf(string property) => History?.LastOrDefault(entry =>
        entry.Event.Position < At && entry.After is { } after && after.Data.TryGetValue(property, out var value)
        && !(entry.Before is { } before && before.Data.TryGetValue(property, out var old) && Json.JsonEquality.Instance.Equals(old, value)));
}
