using System.Globalization;
using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Mcp.Streams;
using Ledger.Tasks;

namespace Ledger.Mcp.Abilities;

/// <summary>The events of runs and branches as abilities: pages, single events, searches and causes.</summary>
internal static class EventAbilities
{
    private const int DefaultLimit = 100;
    private const int DefaultHits = 20;

    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ToolContractContext Own = ToolContractContext.Default;
    private static readonly ContractContext Out = ContractContext.Default;

    private static readonly AbilityMeta<RunEventsInput, EventsPage> Events =
        new("run:events", "Reads the events of a run or branch, all or those that match, one page at a time; with 'last' the newest.", In.RunEventsInput, Own.EventsPage);

    private static readonly AbilityMeta<RunEventInput, EventAnswer> Single =
        new("run:event", "Reads one event of a run or branch; data that is too long for one answer comes in parts.", In.RunEventInput, Own.EventAnswer);

    private static readonly AbilityMeta<RunSearchInput, HitsPage> Search =
        new("run:search", "Finds the events of a run or branch that contain a text, each with an excerpt.", In.RunSearchInput, Own.HitsPage);

    private static readonly AbilityMeta<RunTraceInput, TracePage> Trace =
        new("run:trace", "Returns why an event of a run or branch happened: its causes, and their causes in turn; or its effects.", In.RunTraceInput, Own.TracePage);

    public static void Register(IAgentBus bus, AgentLedger ledger)
    {
        bus.Register(Events, (input, token) => ReadAsync(ledger, input, token));
        bus.Register(Single, async (input, token) =>
        {
            var run = await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false);
            var whole = EventContract.Of(await FindAsync(run, input.Event, token).ConfigureAwait(false));
            var listed = ToolPage.Fit(whole);
            return input.Path is null && input.From is null && listed.DataOmitted is null
                ? new EventAnswer(whole)
                : new EventAnswer(listed with { Data = ToolPage.Nothing, DataOmitted = ToolPage.BytesOf(whole.Data) }, JsonPart.Of(whole.Data, input.Path ?? "", input.From ?? 0));
        });
        bus.Register(Search, async (input, token) =>
        {
            var run = await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false);
            var length = await run.GetLengthAsync(token).ConfigureAwait(false);
            var query = new EventQuery { Text = input.Text, Types = input.Types, From = new Position(input.From ?? 0), To = length, Limit = input.Limit ?? DefaultHits };
            var page = await LogSearch.Of(ledger.Store).FindEventsAsync(run.History, query, token).ConfigureAwait(false);
            var hits = page.Events.Select(found => new HitContract(
                found.Position!.Value.Value, found.Id, found.Type, found.Timestamp, Excerpt.Of(found, input.Text), found.Metadata.Actor));
            return new HitsPage([.. hits], length.Value, page.IsLast || page.Next >= length ? null : page.Next.Value);
        });
        bus.Register(Trace, async (input, token) =>
        {
            var run = await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false);
            var trace = input.Direction == TraceDirection.Effects
                ? await run.TraceEffectsAsync(input.EventId, token).ConfigureAwait(false)
                : await run.ExplainAsync(input.EventId, token).ConfigureAwait(false);
            var direction = input.Direction == TraceDirection.Effects ? "effects" : "causes";
            var whole = await TraceContract.OfAsync(trace, direction, ledger.Store.Get<ITaskReader>(), token).ConfigureAwait(false);
            return PageOf(whole, input.Skip ?? 0, input.Limit ?? DefaultLimit);
        });
    }

    private static async Task<EventsPage> ReadAsync(AgentLedger ledger, RunEventsInput input, CancellationToken cancellationToken)
    {
        var run = await StoredRuns.FindAsync(ledger, input.Run, cancellationToken).ConfigureAwait(false);
        var length = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        var from = await LaterAsync(run, input.Since, new Position(input.From ?? 0), cancellationToken).ConfigureAwait(false);
        var to = input.To is { } end && end < length.Value ? new Position(end) : length;
        if (input.Until is { } until)
        {
            var before = await BeforeAsync(run, until, cancellationToken).ConfigureAwait(false);
            to = before < to ? before : to;
        }

        var pages = new EventPages(run, LogSearch.Of(ledger.Store), length, new EventQuery
        {
            Types = input.Types,
            Actor = input.Actor,
            Text = input.Text,
            CallId = input.CallId,
        });
        return input.Last is { } last
            ? await pages.ReadLastAsync(from, to, Math.Min(last, input.Limit ?? last), cancellationToken).ConfigureAwait(false)
            : await pages.ReadAsync(from, to, input.Limit ?? DefaultLimit, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Position> LaterAsync(Run run, DateTimeOffset? since, Position from, CancellationToken cancellationToken) =>
        since is { } time && await BeforeAsync(run, time, cancellationToken).ConfigureAwait(false) is var start && start > from ? start : from;

    // The log counts microseconds; an event at exactly this time does not lie before it.
    private static Task<Position> BeforeAsync(Run run, DateTimeOffset time, CancellationToken cancellationToken) =>
        run.FindPositionAsync(time.UtcTicks > TimeSpan.TicksPerMicrosecond ? time.AddMicroseconds(-1) : time, cancellationToken);

    private static Task<RecordedEvent> FindAsync(Run run, string key, CancellationToken cancellationToken) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? Explorer.Events.EventReader.AtAsync(run, new Position(at), cancellationToken)
            : Explorer.Events.EventReader.ByIdAsync(run, key, cancellationToken);

    private static TracePage PageOf(TraceContract whole, int skip, int limit)
    {
        TraceEntryContract[] entries = [.. whole.Entries.Select(e => e with { Event = e.Event is { } recorded ? ToolPage.Fit(recorded) : null })];
        var count = ToolPage.Count(entries, skip, limit, Out.TraceEntryContract);
        var page = ToolPage.Slice(entries, skip, count);
        var named = page.Select(entry => entry.Event?.CallId).ToHashSet(StringComparer.Ordinal);
        var trace = whole with { Entries = page, Calls = [.. whole.Calls.Where(call => named.Contains(call.Id))] };
        return new TracePage(trace, entries.Length, ToolPage.NextOf(skip, count, entries.Length));
    }
}
