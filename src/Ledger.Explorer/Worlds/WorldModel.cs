using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>The world of a run at a cursor.</summary>
internal sealed record WorldModel
{
    public required StreamName Stream { get; init; }

    public required Position Length { get; init; }

    /// <summary>The cursor: the number of events applied.</summary>
    public required Position At { get; init; }

    /// <summary>The world, or its beginning.</summary>
    public required WorldExtract World { get; init; }

    /// <summary>The events that the world skips because they cannot be applied.</summary>
    public required IReadOnlyList<SkippedEvent> Faults { get; init; }

    /// <summary>The ids of the dangling relations among those shown.</summary>
    public required IReadOnlySet<string> Dangling { get; init; }

    /// <summary>The event before the cursor.</summary>
    public required RecordedEvent? Last { get; init; }

    /// <summary>When the first and the last event were recorded.</summary>
    public required (DateTimeOffset First, DateTimeOffset Last) Times { get; init; }

    /// <summary>The id of the object or relation that the last event changed.</summary>
    public required string? Changed { get; init; }

    public required WorldListQuery Query { get; init; }

    /// <summary>The objects shown.</summary>
    public required WorldList<WorldObject> Objects { get; init; }

    /// <summary>The relations shown.</summary>
    public required WorldList<Relation> Relations { get; init; }

    /// <summary>The graph as SVG; null if it would be too large to read, or has no relations.</summary>
    public required string? Picture { get; init; }

    /// <summary>The number of objects, a lower bound if not all were counted.</summary>
    public string ObjectCount => Counted(World.Objects.Count, World.HasMoreObjects);

    /// <summary>The most skipped events that are listed.</summary>
    public const int MostFaults = 20;

    /// <summary>The number of relations, a lower bound if not all were counted.</summary>
    public string RelationCount => Counted(World.Relations.Count, World.HasMoreRelations);

    /// <summary>A count, with a plus sign if it is a lower bound.</summary>
    public static string Counted(int count, bool hasMore) => hasMore ? $"{DisplayText.Number(count)}+" : DisplayText.Number(count);
}

/// <summary>The filter on the objects and relations of a world, and the page to list.</summary>
/// <param name="Type">The type of the objects; null for all.</param>
/// <param name="Text">Text that the object ids contain; null for any.</param>
/// <param name="After">The id after which the objects begin; null for the first page.</param>
/// <param name="AfterRelation">The id after which the relations begin; null for the first page.</param>
internal sealed record WorldListQuery(string? Type, string? Text, string? After, string? AfterRelation)
{
    /// <summary>The number of objects or relations on a page.</summary>
    public const int PerPage = 100;

    /// <summary>Whether only some objects are wanted.</summary>
    public bool IsOfSome => Type is not null || Text is not null;
}

/// <summary>A page of the objects or relations of a world, sorted by id.</summary>
/// <param name="Items">The objects or relations.</param>
/// <param name="Next">The id after which the next page begins; null on the last.</param>
internal sealed record WorldList<T>(IReadOnlyList<T> Items, string? Next);
