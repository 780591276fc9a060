using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>The world of a run at a cursor.</summary>
internal sealed record WorldModel
{
    public required StreamName Stream { get; init; }

    public required Position Length { get; init; }

    /// <summary>The cursor: how many events the world is made of.</summary>
    public required Position At { get; init; }

    /// <summary>The world, or its beginning.</summary>
    public required WorldExtract World { get; init; }

    /// <summary>The events that the world skips because they cannot be applied.</summary>
    public required IReadOnlyList<SkippedEvent> Faults { get; init; }

    /// <summary>The ids of the relations shown of which an end does not exist.</summary>
    public required IReadOnlySet<string> Dangling { get; init; }

    /// <summary>The event before the cursor.</summary>
    public required RecordedEvent? Last { get; init; }

    /// <summary>When the first event was taken by the log, and when the last one was.</summary>
    public required (DateTimeOffset First, DateTimeOffset Last) Times { get; init; }

    /// <summary>The id of the object or relation that the last event changed.</summary>
    public required string? Changed { get; init; }

    public required WorldListQuery Query { get; init; }

    /// <summary>The objects shown.</summary>
    public required WorldList<WorldObject> Objects { get; init; }

    /// <summary>The relations shown.</summary>
    public required WorldList<Relation> Relations { get; init; }

    /// <summary>The graph as SVG; null where it would be too large to tell anything, or has no relations.</summary>
    public required string? Picture { get; init; }

    /// <summary>How many objects there are, as far as they were counted.</summary>
    public string ObjectCount => Counted(World.Objects.Count, World.HasMoreObjects);

    /// <summary>How many of the skipped events are listed.</summary>
    public const int MostFaults = 20;

    /// <summary>How many relations there are, as far as they were counted.</summary>
    public string RelationCount => Counted(World.Relations.Count, World.HasMoreRelations);

    /// <summary>A count of things, which is the least where not all were looked at.</summary>
    public static string Counted(int count, bool hasMore) => hasMore ? $"{DisplayText.Number(count)}+" : DisplayText.Number(count);
}

/// <summary>Which objects and relations of a world are listed.</summary>
/// <param name="Type">The type of the objects; null for all.</param>
/// <param name="Text">What the ids of the objects contain; null for anything.</param>
/// <param name="After">The id behind which the objects begin; null for the first.</param>
/// <param name="AfterRelation">The id behind which the relations begin; null for the first.</param>
internal sealed record WorldListQuery(string? Type, string? Text, string? After, string? AfterRelation)
{
    /// <summary>How many objects or relations a page has.</summary>
    public const int PerPage = 100;
}

/// <summary>A page of the things of a world, by id.</summary>
/// <param name="Items">The things.</param>
/// <param name="Next">The id behind which the next page begins; null on the last.</param>
internal sealed record WorldList<T>(IReadOnlyList<T> Items, string? Next);
