using Ledger.Explorer.Branches;
using Ledger.Explorer.Rerunning;
using Ledger.Explorer.Seals;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Seal;

namespace Ledger.Explorer.Runs;

/// <summary>A run or branch with a page of its events.</summary>
internal sealed record RunModel
{
    public required StreamInfo Stream { get; init; }

    public required BranchInfo? Branch { get; init; }

    /// <summary>What it is called: the label of a branch whose id no person chose, else the id.</summary>
    public string Name => BranchLabels.Leads(Stream.Name, Branch?.Name) ? Branch!.Name! : Stream.Name.Id;

    public required Position Length { get; init; }

    /// <summary>The changed event with which a branch begins; null for others.</summary>
    public BranchChange? Change { get; init; }

    /// <summary>Whether the application has a runner.</summary>
    public bool HasRunner { get; init; }

    /// <summary>The number of branches below it.</summary>
    public required int Branches { get; init; }

    /// <summary>The number of tasks that work in it; null if the store has no tasks.</summary>
    public required long? Tasks { get; init; }

    /// <summary>How it is doing, and what its calls cost; null without events, and if too many were not looked at yet.</summary>
    public required RunSummary? Summary { get; init; }

    /// <summary>The timeline as SVG.</summary>
    public required string Timeline { get; init; }

    /// <summary>Whether the timeline has not the merges of all branches, because there are too many.</summary>
    public required bool AreJoinsCut { get; init; }

    /// <summary>How far the newest checkpoint has it; null if the log has no seal or no checkpoint.</summary>
    public SealedRun? Seal { get; init; }

    /// <summary>Whether the role of the explorer may read what proofs are made of.</summary>
    public bool MayProve { get; init; }

    /// <summary>How the events of the page compare with the seal.</summary>
    public SealedEvents Compared { get; init; } = SealedEvents.None;

    public required EventCounts Counts { get; init; }

    /// <summary>Whether the lanes of the timeline are actors instead of kinds.</summary>
    public required bool ByActor { get; init; }

    public required EventFilter Filter { get; init; }

    public required Position From { get; init; }

    public required int Limit { get; init; }

    public required EventPage Events { get; init; }

    /// <summary>Whether new events are added live to the end of the list.</summary>
    public bool EndsWithTheRun => Filter.IsEmpty && Events.IsLast;
}
