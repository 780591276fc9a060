using Ledger.Events;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>The world of a run at a cursor.</summary>
internal sealed record WorldModel
{
    /// <summary>How many objects or relations a page has.</summary>
    public const int PerPage = 100;

    public required StreamName Stream { get; init; }

    public required Position Length { get; init; }

    /// <summary>The cursor: how many events the world is made of.</summary>
    public required Position At { get; init; }

    public required World World { get; init; }

    /// <summary>Why the world stops before the cursor; null where it does not.</summary>
    public WorldFaultException? Fault { get; init; }

    /// <summary>The event before the cursor.</summary>
    public RecordedEvent? Last { get; init; }

    /// <summary>The id of the object or relation that the last event changed.</summary>
    public string? Changed { get; init; }

    /// <summary>The type whose objects are shown; null for all.</summary>
    public string? Type { get; init; }

    /// <summary>What the ids of the objects shown contain.</summary>
    public string? Text { get; init; }

    /// <summary>How many objects are passed over.</summary>
    public int Skip { get; init; }

    /// <summary>The graph as SVG; null where it would be too large to tell anything, or has no relations.</summary>
    public string? Picture { get; init; }

    public IEnumerable<WorldObject> Shown => World.Objects
        .Where(o => Type is null || o.Type == Type)
        .Where(o => Text is null || o.Id.Contains(Text, StringComparison.OrdinalIgnoreCase));
}
