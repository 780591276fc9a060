namespace Ledger.Log;

/// <summary>A fork of a run or branch whose history the caller need not know.</summary>
/// <remarks>Immutable; equal when the values are.</remarks>
public sealed record BranchFork
{
    internal const int DefaultMaxLineageDepth = 1_000;

    /// <summary>Asks for a fork.</summary>
    /// <param name="parent">The run, branch or other stream to fork.</param>
    /// <param name="branchId">The id that the branch gets: its stream is <c>branch:{id}</c>.</param>
    /// <exception cref="ArgumentException">The parent is the default name, or the id cannot be that of a branch.</exception>
    public BranchFork(StreamName parent, string branchId)
    {
        AppendRules.Check(parent, nameof(parent));
        Parent = parent;
        Branch = StreamName.Branch(branchId);
    }

    /// <summary>The run, branch or other stream to fork.</summary>
    public StreamName Parent { get; }

    /// <summary>The stream of the branch.</summary>
    public StreamName Branch { get; }

    /// <summary>How many of the parent's events the branch shares. Default: null, all of them.</summary>
    public Position? At { get; init; }

    /// <summary>A label for people, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Who forks and why, for the event <c>branch.created</c>.</summary>
    public EventMetadata Metadata { get; init; } = EventMetadata.None;

    /// <summary>The largest number of segments in the branch's lineage. Default: 1,000.</summary>
    public int MaxLineageDepth { get; init; } = DefaultMaxLineageDepth;

    /// <summary>The event that creates the branch, without the members that only the parent's history tells.</summary>
    internal BranchCreated Draft => new(Branch.Id, Parent.Id, 0, null, Parent.Value, null, Name);

    /// <summary>The append of the branch's events after the first.</summary>
    internal StreamAppend ToAppend(IReadOnlyList<NewEvent> events) => new(Branch, ExpectedVersion.Exactly(new StreamVersion(1)), events);

    /// <summary>Describes the branch, once the parent's history and its length are known.</summary>
    /// <exception cref="ForkPositionException">The position is beyond the end.</exception>
    /// <exception cref="LineageDepthException">The lineage would be too deep.</exception>
    internal BranchCreated Of(History parent, Position length)
    {
        var at = At ?? length;
        if (at > length)
        {
            throw new ForkPositionException(Parent, at.Value, length);
        }

        var created = BranchCreated.Of(Branch.Id, parent, at, Name);
        return created.Lineage!.Count > MaxLineageDepth
            ? throw new LineageDepthException(Parent, created.Lineage.Count, MaxLineageDepth)
            : created;
    }
}
