using Ledger.Explorer.Pictures;
using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Branches;

/// <summary>Reads the page of a tree.</summary>
internal static class BranchTreeReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var branch = await request.Explorer.Ledger.Store.GetBranchAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
        var lanes = await BranchLanes.ReadAsync(request.Explorer, stream, run.History, request.Aborted).ConfigureAwait(false);
        var joins = await request.Explorer.Ledger.FindJoinsAsync([.. lanes.Select(l => l.Stream)], request.Aborted).ConfigureAwait(false);
        return Page.Of<BranchTreePage>(new BranchTreeModel(
            run.StreamName, branch?.Parent, lanes, BranchTreePicture.Draw(lanes, PictureFrame.Page, joins)));
    }
}
