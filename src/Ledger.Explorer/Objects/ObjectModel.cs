using Ledger.Causality;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Explorer.Objects;

/// <summary>An object at a cursor: what it is, what it is related to, which event made it so.</summary>
internal sealed record ObjectModel
{
    public required StreamName Stream { get; init; }

    public required string Id { get; init; }

    public required Position At { get; init; }

    public required Position Length { get; init; }

    /// <summary>The object; null where it does not exist at the cursor.</summary>
    public required WorldObject? Item { get; init; }

    public required IReadOnlyList<Relation> Relations { get; init; }

    /// <summary>What happened to it, from the first event; null where finding out would read a long history unasked.</summary>
    public required IReadOnlyList<BlameEntry>? History { get; init; }

    /// <summary>The event that set a property as it is now, or null.</summary>
    public BlameEntry? SetterOf(string property) => History?.LastOrDefault(entry =>
        entry.Event.Position < At && entry.After is { } after && after.Data.TryGetValue(property, out var value)
        && !(entry.Before is { } before && before.Data.TryGetValue(property, out var old) && Json.JsonEquality.Instance.Equals(old, value)));
}
