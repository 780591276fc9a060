using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Api;

/// <summary>Worlds, single objects, neighbours, blame, differences, and replays.</summary>
internal static class WorldsResource
{
    public static async Task ShowAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        var world = StrictFaults.Of(request) == WorldFaults.Throw
            ? await run.WithFaults(WorldFaults.Throw).GetWorldAsync(at, request.Aborted).ConfigureAwait(false)
            : await request.Explorer.Worlds.GetAsync(run, at, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, WorldContract.Of(world), ContractContext.Default.WorldContract).ConfigureAwait(false);
    }

    public static async Task ShowObjectAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var id = IdOf(request);
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        var found = await run.WithFaults(StrictFaults.Of(request)).FindObjectAsync(id, at, request.Aborted).ConfigureAwait(false) ?? throw new NotFoundException(
            $"'{run.StreamName}' has no object '{DisplayText.Cut(id, 80)}' after {at} events.");
        await JsonAnswer.SendAsync(request.Http, ObjectContract.Of(found), ContractContext.Default.ObjectContract).ConfigureAwait(false);
    }

    public static async Task ShowNeighboursAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var (id, depth) = (IdOf(request), request.Query.Number("depth", 1, 1, 10));
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        var around = await run.WithFaults(StrictFaults.Of(request)).GetNeighbourhoodAsync(id, depth, at, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, NeighbourhoodContract.Of(around), ContractContext.Default.NeighbourhoodContract).ConfigureAwait(false);
    }

    public static async Task BlameAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var (id, property) = (IdOf(request), request.Query.Text("property"));
        run = run.WithFaults(StrictFaults.Of(request));
        var blame = request.Query.Choice("of", "object", "object", "relation") == "object"
            ? BlameContract.Of(await run.BlameAsync(id, property, request.Aborted).ConfigureAwait(false))
            : BlameContract.Of(await run.BlameRelationAsync(id, property, request.Aborted).ConfigureAwait(false));
        await JsonAnswer.SendAsync(request.Http, blame, ContractContext.Default.BlameContract).ConfigureAwait(false);
    }

    public static async Task DiffAsync(ExplorerRequest request)
    {
        var (a, b) = (await request.OpenRunAsync("a").ConfigureAwait(false), await request.OpenRunAsync("b").ConfigureAwait(false));
        var atA = await request.CursorAsync(a, "at_a", "time_a").ConfigureAwait(false);
        var atB = await request.CursorAsync(b, "at_b", "time_b").ConfigureAwait(false);
        var diff = await a.WithFaults(StrictFaults.Of(request)).DiffAsync(b, atA, atB, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, DiffContract.Of(diff), ContractContext.Default.DiffContract).ConfigureAwait(false);
    }

    public static async Task DivergenceAsync(ExplorerRequest request)
    {
        var (a, b) = (await request.OpenRunAsync("a").ConfigureAwait(false), await request.OpenRunAsync("b").ConfigureAwait(false));
        var divergence = await a.FirstDivergenceAsync(b, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, DivergenceContract.Of(divergence), ContractContext.Default.DivergenceContract).ConfigureAwait(false);
    }

    public static async Task ReplayAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        var report = await run.ReplayAsync(at, StrictFaults.Of(request, "throw"), request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, ReplayContract.Of(report), ContractContext.Default.ReplayContract).ConfigureAwait(false);
    }

    private static string IdOf(ExplorerRequest request) =>
        request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id', the id of an object.");
}
