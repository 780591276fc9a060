using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What a log has of a run whose spans come in several requests: the traces that began in it, and the calls that the spans tell of.</summary>
/// <remarks>A trace is marked in the run of its first spans by an event whose id is made of the trace alone, so that the log has one mark, whichever process writes it.</remarks>
internal sealed class LoggedRun
{
    private const string MarkType = "otel.trace";
    private const int IdsAtOnce = 500;

    // For fewer it is not worth a question whether the run has begun.
    private const int MostToSeekAtOnce = 32;

    private LoggedRun(IReadOnlyList<string> newTraces, IReadOnlyDictionary<string, string?> calls, IReadOnlyCollection<string> toolsWithoutIds)
    {
        (NewTraces, Calls, ToolsWithoutIds) = (newTraces, calls, toolsWithoutIds);
    }

    /// <summary>The traces that begin in the run now.</summary>
    public IReadOnlyList<string> NewTraces { get; }

    /// <summary>The calls that the run has, each with the ids of the trace and the span that it is; null for one that is known by its result.</summary>
    public IReadOnlyDictionary<string, string?> Calls { get; }

    /// <summary>The tools that the run has calls of that name no id.</summary>
    public IReadOnlyCollection<string> ToolsWithoutIds { get; }

    /// <summary>Whether the run has a call from another span.</summary>
    public bool HasOfAnother(string call, SpanEntry span) => Calls.GetValueOrDefault(call) is { } of && of != $"{span.TraceId} {span.SpanId}";

    /// <summary>The ids of the runs in which traces began.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> FindHomesAsync(AgentLedger ledger, IEnumerable<string> traces, CancellationToken cancellationToken)
    {
        var homes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in traces.Chunk(IdsAtOnce))
        {
            var ids = part.ToDictionary(MarkId);
            foreach (var found in await ledger.Store.FindEventsAsync(ids.Keys, cancellationToken).ConfigureAwait(false))
            {
                homes[ids[found.Id]] = found.Stream.Id;
            }
        }

        return homes;
    }

    /// <summary>The event that marks a trace.</summary>
    public static NewEvent MarkOf(string trace, RecordingFormat format) => new(
        new UntypedEvent(MarkType, RecordedJson.ToElement(new JsonObject { ["trace_id"] = trace })),
        new EventMetadata { Actor = Conversation.Environment, Source = format.Name }) { Id = MarkId(trace) };

    /// <summary>Finds what the log has of a run.</summary>
    public static async Task<LoggedRun> FindAsync(
        AgentLedger ledger, KnownCalls known, string run, IReadOnlyList<SpanEntry> spans, IReadOnlyList<string> newTraces, CancellationToken cancellationToken)
    {
        var stream = StreamName.Run(run);
        var ofRun = known.Of(stream);
        var own = spans.Where(span => span.Role == SpanRole.Tool).SelectMany(span => span.Calls).ToHashSet(StringComparer.Ordinal);
        var told = spans.SelectMany(span => span.Told).ToList();
        List<string> wanted = [.. own.Concat(told.Select(call => call.Id)).Where(call => call.Length <= 200).Distinct(StringComparer.Ordinal)];
        List<string> unknown = [.. wanted.Where(call => !ofRun.Calls.ContainsKey(call))];

        // A run that has not begun has none. Another process may begin it meanwhile: the ids of its events are the same then, and the request is read again.
        if (unknown.Count > MostToSeekAtOnce && await ledger.Store.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false) is null)
        {
            unknown = [];
        }

        foreach (var part in unknown.Chunk(IdsAtOnce))
        {
            known.Lookups += part.Length;
            var ids = part.ToDictionary(call => EventIds.FromForeign(stream, SpanRun.CallName(call)));
            foreach (var found in await ledger.Store.FindEventsAsync(ids.Keys, cancellationToken).ConfigureAwait(false))
            {
                var span = found.ToJsonElement().Member("span");
                ofRun.Calls[ids[found.Id]] = span.Text("span_id") is { } id ? $"{span.Text("trace_id")} {id}" : null;
            }
        }

        var calls = wanted.Where(ofRun.Calls.ContainsKey).ToDictionary(call => call, call => ofRun.Calls[call], StringComparer.Ordinal);
        var open = told.Where(call => !own.Contains(call.Id) && !calls.ContainsKey(call.Id)).Select(call => call.Tool ?? "").ToHashSet(StringComparer.Ordinal);
        return new LoggedRun(newTraces, calls, await FindToolsAsync(ledger, known, ofRun, stream, open, cancellationToken).ConfigureAwait(false));
    }

    // Calls without ids are told from others by the tool alone.
    private static async Task<IReadOnlyCollection<string>> FindToolsAsync(
        AgentLedger ledger, KnownCalls known, KnownCalls.OfRun ofRun, StreamName stream, HashSet<string> tools, CancellationToken cancellationToken)
    {
        if (tools.Count == 0 || await ledger.Store.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) is not { } history)
        {
            return [];
        }

        var search = LogSearch.Of(ledger.Store);
        for (var isLast = false; !isLast && !tools.IsSubsetOf(ofRun.Tools);)
        {
            var query = new EventQuery { Types = ["tool.called"], From = ofRun.ToolsEnd, Limit = 1_000 };
            var page = await search.FindEventsAsync(history, query, cancellationToken).ConfigureAwait(false);
            known.Lookups += page.Next.Value - ofRun.ToolsEnd.Value;
            (ofRun.ToolsEnd, isLast) = (page.Next, page.IsLast);
            ofRun.Tools.UnionWith(page.Events.Select(called => called.ToJsonElement())
                .Where(call => call.Member("tool_call_id").ValueKind == JsonValueKind.Undefined)
                .Select(call => call.Text("tool") ?? ""));
        }

        return [.. tools.Where(ofRun.Tools.Contains)];
    }

    private static Guid MarkId(string trace) => EventIds.FromForeign(default, $"otel trace\n{trace}");
}
