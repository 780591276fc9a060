using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Sessions;
using Ledger.Explorer.Writing;
using Ledger.Log;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Sessions of agents in other languages: their entries are appended, read in order, and listed by project.</summary>
internal static class SessionsResource
{
    public static Task ListAllAsync(ExplorerRequest request) => ListAsync(request, null);

    public static Task ListAsync(ExplorerRequest request) => ListAsync(request, PathText.Of(request.Http, "project"));

    public static async Task ReadAsync(ExplorerRequest request)
    {
        var from = request.Query.Position("from") ?? Position.Start;
        var log = new SessionLog(request.Explorer.Ledger);
        if (request.Http.WantsLines())
        {
            var entries = await log.ReadAllAsync(NameOf(request), from, request.Aborted).ConfigureAwait(false);
            await JsonAnswer.SendLinesAsync(request.Http, entries, ContractContext.Default.SessionEntryContract).ConfigureAwait(false);
            return;
        }

        var limit = request.Query.Number("limit", 100, 1, 1_000);
        var page = await log.ReadAsync(request.Explorer, NameOf(request), from, limit, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, page, ContractContext.Default.SessionEntriesContract).ConfigureAwait(false);
    }

    public static async Task AppendAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.AppendEntriesRequest).ConfigureAwait(false);
        NewEvent[] entries = [.. body.Array("entries").EnumerateArray().Select((item, index) => EventOf(request.Key, item, index))];
        var appended = await new SessionLog(request.Explorer.Ledger).AppendAsync(NameOf(request), entries, request.Aborted).ConfigureAwait(false);
        request.Http.Response.StatusCode = appended.Written > 0 ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await JsonAnswer.SendAsync(request.Http, appended, ContractContext.Default.AppendedEntriesContract).ConfigureAwait(false);
    }

    private static async Task ListAsync(ExplorerRequest request, string? project)
    {
        var page = await new SessionLog(request.Explorer.Ledger).ListAsync(
            project,
            project is null ? "" : request.Query.Text("prefix") ?? "",
            request.Query.Text("after"),
            request.Query.Number("limit", 100, 1, 1_000),
            request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, page, ContractContext.Default.SessionPageContract).ConfigureAwait(false);
    }

    private static SessionName NameOf(ExplorerRequest request) => new(PathText.Of(request.Http, "project"), PathText.Of(request.Http, "session"));

    private static NewEvent EventOf(RequestKey? key, JsonElement item, int index)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("entry", out var entry))
        {
            throw new BadRequestException($"'entries[{index}]' must be an object with 'entry', and an 'id' if it may be sent again.");
        }

        string? id = null;
        if (item.TryGetProperty("id", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            id = given.ValueKind == JsonValueKind.String && TextOf(given) is { Length: > 0 } text
                ? text
                : throw new BadRequestException($"'entries[{index}].id' must be a text of at least one character.");
        }

        var made = new NewEvent(new UntypedEvent(SessionLog.EntryType, entry.Clone()), new EventMetadata { ForeignId = id });
        return key is null ? made : made with { Id = key.IdOf(index) };
    }

    // Half of a surrogate pair is not a character.
    private static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
