using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>A run or branch with a page of its events.</summary>
internal sealed record RunModel
{
    public required StreamInfo Stream { get; init; }

    public required BranchInfo? Branch { get; init; }

    public required Position Length { get; init; }

    /// <summary>How many branches descend from it.</summary>
    public required int Branches { get; init; }

    /// <summary>How many tasks work in it; null where the store keeps no tasks.</summary>
    public required long? Tasks { get; init; }

    /// <summary>What its calls cost; null where that was not added up.</summary>
    public required RunUsage? Usage { get; init; }

    /// <summary>The timeline as SVG.</summary>
    public required string Timeline { get; init; }

    public required EventCounts Counts { get; init; }

    /// <summary>Whether the lanes of the timeline are actors.</summary>
    public required bool ByActor { get; init; }

    public required EventFilter Filter { get; init; }

    public required Position From { get; init; }

    public required int Limit { get; init; }

    public required EventPage Events { get; init; }

    /// <summary>Whether what is appended shows at the end of the list as it comes.</summary>
    public bool EndsWithTheRun => Filter.IsEmpty && Events.IsLast;
}
