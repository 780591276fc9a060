using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Diffs;

/// <summary>Reads the comparison of two worlds.</summary>
internal static class DiffReader
{
    // The costs of a run that was never looked at are left out if they would take longer.
    private const long MostRead = 50_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var a = await SideAsync(request, "a", "at_a", "time_a").ConfigureAwait(false);
        var b = await SideAsync(request, "b", "at_b", "time_b").ConfigureAwait(false);
        if (a is not var (runA, sideA) || b is not var (runB, sideB))
        {
            return Page.Of<DiffPage>(new DiffModel { A = a?.Side, B = b?.Side });
        }

        var model = new DiffModel
        {
            A = sideA,
            B = sideB,
            Diff = await request.Explorer.Worlds.DiffAsync(runA, sideA.At, runB, sideB.At, request.Aborted).ConfigureAwait(false),
        };
        return Page.Of<DiffPage>(runA.StreamName == runB.StreamName ? model : await WithEventsAsync(request, model, runA, runB).ConfigureAwait(false));
    }

    private static async Task<DiffModel> WithEventsAsync(ExplorerRequest request, DiffModel model, Run a, Run b)
    {
        var found = await request.Explorer.Summaries.FindAllAsync([a.StreamName, b.StreamName], MostRead, request.Aborted).ConfigureAwait(false);
        var divergence = await DivergenceAsync(request, a, b).ConfigureAwait(false);
        model = model with
        {
            Divergence = divergence,
            Costs = SideCost.Of(
                found.FirstOrDefault(run => run.Stream == a.StreamName),
                found.FirstOrDefault(run => run.Stream == b.StreamName),
                divergence?.SharedPrefix ?? Position.Start),
        };
        if (divergence is not { IsDivergent: true })
        {
            return model;
        }

        var pageA = await EventsAsync(request, a, divergence.CommonPrefix, model.A!.At).ConfigureAwait(false);
        var pageB = await EventsAsync(request, b, divergence.CommonPrefix, model.B!.At).ConfigureAwait(false);
        return model with { Pairs = EventPair.Align(pageA.Events, pageB.Events, request.Aborted), HasMoreEvents = !pageA.IsLast || !pageB.IsLast };
    }

    private static Task<EventPage> EventsAsync(ExplorerRequest request, Run run, Position from, Position to) => from >= to
        ? Task.FromResult(new EventPage([], from, IsLast: true))
        : EventReader.ReadAsync(request.Explorer, run, EventFilter.None, from, to, DiffModel.MostEvents, request.Aborted);

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
