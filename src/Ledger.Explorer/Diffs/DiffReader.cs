using Ledger.Explorer.Rendering;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger.Explorer.Diffs;

/// <summary>Reads the comparison of two worlds.</summary>
internal static class DiffReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var a = await SideAsync(request, "a", "at_a", "time_a").ConfigureAwait(false);
        var b = await SideAsync(request, "b", "at_b", "time_b").ConfigureAwait(false);
        if (a is not var (runA, sideA) || b is not var (runB, sideB))
        {
            return Page.Of<DiffPage>(new DiffModel { A = a?.Side, B = b?.Side });
        }

        return Page.Of<DiffPage>(new DiffModel
        {
            A = sideA,
            B = sideB,
            Diff = await DiffAsync(request, runA, sideA, runB, sideB).ConfigureAwait(false),
            Divergence = runA.StreamName == runB.StreamName
                ? null
                : await DivergenceAsync(request, runA, runB).ConfigureAwait(false),
        });
    }

    private static async Task<WorldDiff> DiffAsync(
        ExplorerRequest request, Run a, DiffSide sideA, Run b, DiffSide sideB)
    {
        if (request.Explorer.Ledger.Store.Get<IWorldReader>() is not null)
        {
            return await a.DiffAsync(b, sideA.At, sideB.At, request.Aborted).ConfigureAwait(false);
        }

        var worldA = await request.Explorer.Worlds.GetAsync(a, sideA.At, request.Aborted).ConfigureAwait(false);
        var worldB = await request.Explorer.Worlds.GetAsync(b, sideB.At, request.Aborted).ConfigureAwait(false);
        return WorldDiff.Between(worldA, worldB);
    }

    // Only events not shared by reference are read; for long histories that share nothing, the page skips this.
    private static async Task<Divergence?> DivergenceAsync(ExplorerRequest request, Run a, Run b) =>
        a.History.Root == b.History.Root ? await a.FirstDivergenceAsync(b, request.Aborted).ConfigureAwait(false) : null;

    private static async Task<(Run Run, DiffSide Side)?> SideAsync(
        ExplorerRequest request, string name, string at, string time)
    {
        if (request.Query.FindStream(name) is not { } stream)
        {
            return null;
        }

        var run = await request.Explorer.Ledger.OpenAsync(stream, request.Aborted).ConfigureAwait(false);
        return (run, new DiffSide(stream, await request.CursorAsync(run, at, time).ConfigureAwait(false)));
    }
}
