using Ledger.Log;

namespace Ledger.Explorer.Branches;

/// <summary>Arranges a run and its branches in lanes, each below its parent.</summary>
internal static class BranchLanes
{
    /// <summary>Reads the lanes of the tree below a run or branch.</summary>
    public static async Task<IReadOnlyList<BranchLane>> ReadAsync(
        ExplorerServices explorer, StreamInfo root, History history, CancellationToken cancellationToken) =>
        await ReadAsync(explorer.Ledger.Store, explorer.Search, root, history, cancellationToken).ConfigureAwait(false);

    public static async Task<IReadOnlyList<BranchLane>> ReadAsync(
        IEventStore store, ILogSearch search, StreamInfo root, History history, CancellationToken cancellationToken)
    {
        var branches = new List<BranchInfo>();
        await foreach (var branch in store.ListBranchesAsync(root.Name, cancellationToken).ConfigureAwait(false))
        {
            branches.Add(branch);
        }

        var streams = await search.GetStreamsAsync([.. branches.Select(b => b.Stream)], cancellationToken).ConfigureAwait(false);
        var versions = streams.ToDictionary(s => s.Name, s => s.Version);
        List<BranchLane> lanes =
        [
            new(root.Name, null, null, 0, history.PrefixLength, history.LengthAt(root.Version), root.CreatedAt),
        ];

        // Without recursion, because a tree may be a thousand levels deep.
        var open = new Stack<(BranchNode Node, int Parent)>();
        Push(BranchNode.Arrange(branches), 0);
        while (open.TryPop(out var item))
        {
            var branch = item.Node.Branch;
            var length = branch.History.LengthAt(versions.GetValueOrDefault(branch.Stream));
            lanes.Add(new BranchLane(
                branch.Stream, branch.Name, item.Parent, lanes[item.Parent].Depth + 1, branch.ForkPosition, length, branch.CreatedAt));
            Push(item.Node.Children, lanes.Count - 1);
        }

        return lanes;

        void Push(IReadOnlyList<BranchNode> nodes, int parent)
        {
            for (var i = nodes.Count - 1; i >= 0; i--)
            {
                open.Push((nodes[i], parent));
            }
        }
    }
}
