namespace Ledger.Log;

/// <summary>Which branches are wanted, and in which order.</summary>
public sealed record BranchQuery
{
    /// <summary>The run or branch from which they were forked, directly or through other branches; null for all branches of the log.</summary>
    public StreamName? Root { get; init; }

    /// <summary>The order. Default: the oldest first.</summary>
    public BranchOrder Order { get; init; }

    /// <summary>The branch after which the page begins: <see cref="BranchPage.Next"/> of the page before; null for the first page.</summary>
    public StreamName? After { get; init; }

    /// <summary>The largest number of branches on a page, from 1 to 1,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    internal BranchQuery Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 1_000);
        if (Root is { } root)
        {
            AppendRules.Check(root, nameof(Root));
        }

        if (After is { } after)
        {
            AppendRules.Check(after, nameof(After));
        }

        return this;
    }
}
