using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Live;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Files;
using Ledger.Log;
using Ledger.Tasks;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The events of a run or branch: paged, streamed, single, live, and appended.</summary>
internal static class EventsResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        if (request.Http.WantsLive())
        {
            await LiveAnswer.SendToProgramAsync(request, run).ConfigureAwait(false);
            return;
        }

        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var from = request.Query.Position("from") ?? Position.Start;
        var to = request.Query.Position("to") is { } end && end < length ? end : length;
        if (from > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, from, length);
        }

        if (request.Http.WantsLines())
        {
            await SendLinesAsync(request, run, from, to).ConfigureAwait(false);
            return;
        }

        await SendPageAsync(request, run, from, to).ConfigureAwait(false);
    }

    /// <summary>An event by its id alone, from any stream.</summary>
    public static async Task ShowAnywhereAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "event");
        var found = await FindAnywhereAsync(request.Explorer.Ledger.Store, id, request.Aborted).ConfigureAwait(false);
        var recorded = found switch
        {
            [var one] => one,
            [] => throw new NotFoundException($"The log has no event '{DisplayText.Cut(id, 80)}'."),
            _ => throw new ConflictException(
                $"{found.Count} streams have an event '{DisplayText.Cut(id, 80)}': {string.Join(", ", found.Take(5).Select(e => e.Stream.Value))}"
                + $"{(found.Count > 5 ? ", …" : "")}. Ask one of them, or for the event's 'event_id', which is unique."),
        };
        await JsonAnswer.SendAsync(request.Http, EventContract.Of(recorded), ContractContext.Default.EventContract).ConfigureAwait(false);
    }

    // By the id in the log, else by the id that it had elsewhere: together with the name of a stream that gives the one in the log.
    private static async Task<IReadOnlyList<RecordedEvent>> FindAnywhereAsync(IEventStore store, string id, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(id, out var own) && await store.FindEventsAsync([own], cancellationToken).ConfigureAwait(false) is { Count: > 0 } known)
        {
            return known;
        }

        var found = new List<RecordedEvent>();
        var streams = store.ListStreamsAsync(cancellationToken: cancellationToken);
        await foreach (var part in streams.Chunk(1_000).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Guid[] ids = [.. part.Select(stream => EventIds.FromForeign(stream.Name, id))];
            found.AddRange(await store.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var recorded = await FindAsync(request, run).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, EventContract.Of(recorded), ContractContext.Default.EventContract).ConfigureAwait(false);
    }

    /// <summary>The causes or effects of an event, nearest first.</summary>
    public static async Task TraceAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var recorded = await FindAsync(request, run).ConfigureAwait(false);
        var direction = request.Query.Choice("direction", "causes", "causes", "effects");
        var trace = direction == "causes"
            ? await run.ExplainAsync(recorded.Id, request.Aborted).ConfigureAwait(false)
            : await run.TraceEffectsAsync(recorded.Id, request.Aborted).ConfigureAwait(false);
        var answer = await TraceContract.OfAsync(trace, direction, request.Explorer.Ledger.Store.Get<ITaskReader>(), request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.TraceContract).ConfigureAwait(false);
    }

    /// <summary>Appends the events of the body, in the form of event files: in <c>events</c>, or one per line.</summary>
    public static async Task AppendAsync(ExplorerRequest request)
    {
        var type = JsonBody.CheckType(request, "application/json", AcceptedTypes.Lines);
        var name = Query.NewStreamNameOf(PathText.Of(request.Http, "stream"));
        var (events, expected) = await ReadEventsAsync(request, type).ConfigureAwait(false);
        if (request.Key is { } key)
        {
            events = [.. events.Select((e, i) => e with { Id = key.IdOf(i) })];
        }

        var run = await request.Explorer.Ledger.FindAsync(name, request.Aborted).ConfigureAwait(false)
            ?? (name.IsBranch ? throw new StreamNotFoundException(name) : request.Explorer.Ledger.GetStream(name));
        if (expected < run.History.PrefixLength)
        {
            throw new BadRequestException($"'expected_length' is {expected}, but the branch begins at {run.History.PrefixLength}.");
        }

        var appended = request.Query.Choice("validate", "on", "on", "off") == "on"
            ? await run.AppendValidatedWithOutcomeAsync(events, expected, request.Aborted).ConfigureAwait(false)
            : await run.AppendWithOutcomeAsync(events, expected, request.Aborted).ConfigureAwait(false);
        var types = events.Select(e => e.Data is UntypedEvent { Type: var type } ? type : null).OfType<string>().Distinct(StringComparer.Ordinal);
        var version = new StreamVersion(appended.Length.Value - run.History.PrefixLength.Value);
        var answer = AppendContract.Of(name, appended, events.Count, version).WithNotes(types.Select(request.Explorer.Ledger.Store.Registry.HintFor));
        var isNew = appended.Outcome == AppendOutcome.Written;
        if (isNew)
        {
            Log.Appended(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), events.Count, name.Value);
        }

        request.Http.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.AppendContract).ConfigureAwait(false);
    }

    private static async Task<(IReadOnlyList<NewEvent> Events, Position? Expected)> ReadEventsAsync(ExplorerRequest request, string contentType)
    {
        var reader = new EventFileReader();
        if (contentType == AcceptedTypes.Lines)
        {
            using var memory = new MemoryStream();
            await request.Http.Request.Body.CopyToAsync(memory, request.Aborted).ConfigureAwait(false);
            return ([.. reader.Read(memory.ToArray())], request.Query.Position("expected_length"));
        }

        var body = await JsonBody.ReadAsync(request, ContractContext.Default.AppendRequest).ConfigureAwait(false);
        List<NewEvent> events = [];
        foreach (var item in body.Array("events").EnumerateArray())
        {
            events.Add(reader.ReadLine(LineOf(item), events.Count + 1)!);
        }

        return (events, body.Position("expected_length"));
    }

    // The bytes as sent: re-encoded, non-Latin text would be three times as large, and half of a surrogate pair or a text of
    // 160 MiB could not be written. A line feed is space here, and must not count as the end of a line.
    private static byte[] LineOf(JsonElement item)
    {
        var line = JsonMarshal.GetRawUtf8Value(item).ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        return line;
    }

    // A position, a UUID, or an id from a file.
    private static Task<RecordedEvent> FindAsync(ExplorerRequest request, Run run)
    {
        var key = PathText.Of(request.Http, "event");
        return long.TryParse(key, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var at)
            ? Events.EventReader.AtAsync(run, new Position(at), request.Aborted)
            : Events.EventReader.ByIdAsync(run, key, request.Aborted);
    }

    private static async Task SendLinesAsync(ExplorerRequest request, Run run, Position from, Position to)
    {
        var match = EventFilter.Of(request.Query);
        var events = run.ReadAsync(from, to, request.Aborted);
        var wanted = match.IsEmpty ? events : FilteredAsync(request, run, match, from, to);
        await JsonAnswer.SendLinesAsync(request.Http, wanted.Select(EventContract.Of), ContractContext.Default.EventContract).ConfigureAwait(false);
    }

    private static async IAsyncEnumerable<RecordedEvent> FilteredAsync(
        ExplorerRequest request, Run run, EventFilter filter, Position from, Position to)
    {
        var page = new EventPage([], from, IsLast: false);
        while (!page.IsLast && page.Next < to)
        {
            page = await EventReader.ReadAsync(request.Explorer, run, filter, page.Next, to, 1_000, request.Aborted).ConfigureAwait(false);
            foreach (var recorded in page.Events.TakeWhile(e => e.Position < to))
            {
                yield return recorded;
            }
        }
    }

    private static async Task SendPageAsync(ExplorerRequest request, Run run, Position from, Position to)
    {
        var limit = request.Query.Number("limit", 100, 1, 1_000);
        var filter = EventFilter.Of(request.Query);
        var page = await EventReader.ReadAsync(request.Explorer, run, filter, from, to, limit, request.Aborted).ConfigureAwait(false);
        var events = page.Events.Where(e => e.Position < to).Select(EventContract.Of);
        var answer = new EventPageContract([.. events], page.Next.Value, page.IsLast || page.Next >= to);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.EventPageContract).ConfigureAwait(false);
    }
}
