namespace Ledger.Log;

/// <summary>A branch with the branches that were forked from it.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Children">The branches forked from it, the oldest first.</param>
public sealed record BranchNode(BranchInfo Branch, IReadOnlyList<BranchNode> Children)
{
    /// <summary>Arranges branches as trees; a branch without its parent in the list is the root of a tree.</summary>
    public static IReadOnlyList<BranchNode> Arrange(IReadOnlyList<BranchInfo> branches)
    {
        ArgumentNullException.ThrowIfNull(branches);
        var children = branches.ToDictionary(b => b.Stream, _ => new List<BranchNode>());
        var roots = new List<BranchNode>();
        foreach (var branch in branches)
        {
            var siblings = children.GetValueOrDefault(branch.Parent) ?? roots;
            siblings.Add(new BranchNode(branch, children[branch.Stream]));
        }

        return roots;
    }
}
