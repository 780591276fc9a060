using System.Text.Json;
using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Api;

/// <summary>The objects and relations of a world: a page as JSON, or all of them one per line.</summary>
internal static class WorldListsResource
{
    public static async Task ListObjectsAsync(ExplorerRequest request)
    {
        var filter = FilterOf(request.Query);
        await SendAsync(request, "objects", (run, at) => request.Explorer.Worlds.ReadObjectsAsync(run, filter, at, request.Aborted), (writer, item) => item.WriteTo(writer), item => item.Id, null)
            .ConfigureAwait(false);
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
        await SendAsync(request, "relations", (run, at) => request.Explorer.Worlds.ReadRelationsAsync(run, filter, at, request.Aborted), (writer, item) => item.WriteTo(writer), item => item.Id, request.Explorer.Worlds.FindDanglingAsync)
            .ConfigureAwait(false);
    }

    private static async Task SendAsync<T>(
        ExplorerRequest request,
        string name,
        Func<Run, Position, IAsyncEnumerable<T>> read,
        Action<Utf8JsonWriter, T> write,
        Func<T, string> idOf,
        Func<Run, IReadOnlyList<T>, Position, CancellationToken, Task<IReadOnlySet<string>>>? findDangling)
    {
        var limit = request.Query.Number("limit", 100, 1, 1_000);
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        if (HistoryTag.IsKnown(request, run, at))
        {
            return;
        }

        if (request.Http.WantsLines())
        {
            await JsonAnswer.SendLinesAsync(request.Http, read(run, at), write).ConfigureAwait(false);
            return;
        }

        var found = await read(run, at).Take(limit + 1).ToListAsync(request.Aborted).ConfigureAwait(false);
        var page = found.Take(limit).ToArray();
        var dangling = findDangling is null ? null : await findDangling(run, page, at, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("position", at.Value);
            writer.WriteStartArray(name);
            foreach (var item in page)
            {
                write(writer, item);
            }

            writer.WriteEndArray();
            if (dangling is not null)
            {
                writer.WriteStartArray("dangling_relations");
                foreach (var id in page.Select(idOf).Where(dangling.Contains))
                {
                    writer.WriteStringValue(id);
                }

                writer.WriteEndArray();
            }

            writer.WriteString("next", found.Count > limit ? idOf(found[limit - 1]) : null);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
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
