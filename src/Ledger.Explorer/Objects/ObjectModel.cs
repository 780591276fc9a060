using Ledger.Explorer.Worlds;
using Ledger.Worlds;

namespace Ledger.Explorer.Objects;

/// <summary>An object at a cursor: what it is, what it is related to, which event made it so.</summary>
internal sealed record ObjectModel
{
    public required StreamName Stream { get; init; }

    public required string Id { get; init; }

    public required Position At { get; init; }

    public required Position Length { get; init; }

    /// <summary>The object with what is next to it.</summary>
    public required ObjectSurroundings Around { get; init; }

    /// <summary>What is next to it as a graph; null where there is nothing, or too much.</summary>
    public required string? Picture { get; init; }

    public WorldObject? Item => Around.Item;

    /// <summary>What happened to it, from the first event; null where finding out would read a long history unasked.</summary>
    public required IReadOnlyList<BlameEntry>? History { get; init; }

    /// <summary>The event that set a property as it is now, or null.</summary>
    public BlameEntry? SetterOf(string property) => History?.LastOrDefault(entry =>
        entry.Event.Position < At && entry.After is { } after && after.Data.TryGetValue(property, out var value)
        && !(entry.Before is { } before && before.Data.TryGetValue(property, out var old) && Json.JsonEquality.Instance.Equals(old, value)));
}
