using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Api;

/// <summary>The objects and relations of a world: a page as JSON, or all of them one per line.</summary>
internal static class WorldListsResource
{
    public static async Task ListObjectsAsync(ExplorerRequest request)
    {
        var filter = FilterOf(request.Query);
        var limit = LimitOf(request.Query);
        var (run, at) = await OpenAsync(request).ConfigureAwait(false);
        var objects = request.Explorer.Worlds.ReadObjectsAsync(run, filter, at, request.Aborted);
        if (request.Http.WantsLines())
        {
            await JsonAnswer.SendLinesAsync(request.Http, objects.Select(ObjectContract.Of), ContractContext.Default.ObjectContract).ConfigureAwait(false);
            return;
        }

        var found = await objects.Take(limit + 1).ToListAsync(request.Aborted).ConfigureAwait(false);
        var page = new ObjectPageContract(at.Value, [.. found.Take(limit).Select(ObjectContract.Of)], found.Count > limit ? found[limit - 1].Id : null);
        await JsonAnswer.SendAsync(request.Http, page, ContractContext.Default.ObjectPageContract).ConfigureAwait(false);
    }

    public static async Task ListRelationsAsync(ExplorerRequest request)
    {
        var filter = new RelationFilter
        {
            Type = request.Query.Text("type"),
            ObjectId = request.Query.Text("object"),
            Direction = request.Query.Choice("direction", "either", "either", "outgoing", "incoming") switch
            {
                "outgoing" => RelationDirection.Outgoing,
                "incoming" => RelationDirection.Incoming,
                _ => RelationDirection.Either,
            },
            After = request.Query.Text("after"),
        };
        var limit = LimitOf(request.Query);
        var (run, at) = await OpenAsync(request).ConfigureAwait(false);
        var relations = request.Explorer.Worlds.ReadRelationsAsync(run, filter, at, request.Aborted);
        if (request.Http.WantsLines())
        {
            await JsonAnswer.SendLinesAsync(request.Http, relations.Select(RelationContract.Of), ContractContext.Default.RelationContract).ConfigureAwait(false);
            return;
        }

        var found = await relations.Take(limit + 1).ToListAsync(request.Aborted).ConfigureAwait(false);
        var shown = found.Take(limit).ToArray();
        var dangling = await request.Explorer.Worlds.FindDanglingAsync(run, shown, at, request.Aborted).ConfigureAwait(false);
        var page = new RelationPageContract(
            at.Value,
            [.. shown.Select(RelationContract.Of)],
            [.. shown.Select(relation => relation.Id).Where(dangling.Contains)],
            found.Count > limit ? found[limit - 1].Id : null);
        await JsonAnswer.SendAsync(request.Http, page, ContractContext.Default.RelationPageContract).ConfigureAwait(false);
    }

    private static int LimitOf(Query query) => query.Number("limit", 100, 1, 1_000);

    private static async Task<(Run Run, Position At)> OpenAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        return (run, await request.CursorAsync(run, "at", "time").ConfigureAwait(false));
    }

    private static ObjectFilter FilterOf(Query query)
    {
        try
        {
            return new ObjectFilter
            {
                Type = query.Text("type"),
                Contains = query.Text("contains") is { } text ? JsonElement.Parse(text) : default,
                After = query.Text("after"),
            };
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw new BadRequestException("'contains' must be a JSON object such as {\"status\":\"open\"}, with text and numbers that an event can hold.");
        }
    }
}
