using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Files;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>The run that the spans of a conversation become: their beginnings and ends in the order of time.</summary>
/// <remarks>
/// Causes: a span follows from the one that it is part of, a request also from the results that it has, a call of a tool from the answer that asked for it.
/// A call whose result a later request has, and that no span stands for, is a call too.
/// </remarks>
internal sealed class SpanRun
{
    private readonly RecordingSource? _source;
    private readonly SpanIndex _index;
    private readonly IReadOnlyList<SpanStep> _steps;
    private readonly LoggedRun? _logged;
    private readonly HashSet<string> _calls;
    private readonly HashSet<string> _toolsWithoutIds;

    /// <summary>Orders the spans and names their events.</summary>
    /// <param name="source">The file; null for spans that the index keeps.</param>
    /// <param name="index">Its spans.</param>
    /// <param name="spans">Those of the run.</param>
    /// <param name="logged">What a log has of the run; null where the file is the whole.</param>
    public SpanRun(RecordingSource? source, SpanIndex index, IReadOnlyList<SpanEntry> spans, LoggedRun? logged = null)
    {
        (_source, _index, _steps, _logged) = (source, index, SpanStep.Of(spans), logged);
        var tools = spans.Where(span => span.Role == SpanRole.Tool).ToList();
        _calls = [.. tools.SelectMany(tool => tool.Calls)];
        _toolsWithoutIds = [.. tools.Where(tool => tool.Calls.Count == 0).Select(tool => tool.Tool ?? ""), .. logged?.ToolsWithoutIds ?? []];
        Name();
    }

    /// <summary>Makes the events.</summary>
    public IEnumerable<NewEvent> Read(Extras extras)
    {
        using var parts = _source?.OpenParts();
        var state = new SpanCauses();
        foreach (var call in _logged?.Calls.Keys ?? [])
        {
            state.Answered(call, $"{CallName(call)}.end");
        }

        foreach (var trace in _logged?.NewTraces ?? [])
        {
            yield return LoggedRun.MarkOf(trace, _index.Forms.Format);
        }

        SpanEvents? last = null;
        SpanEntry? lastOf = null;

        // A request is in memory anyway; of a file, the spans that are open at a time may be all.
        var all = _logged is null ? null : MakeAll();
        foreach (var (span, isEnd) in _steps)
        {
            if (last is null || lastOf != span)
            {
                last = all?[span] ?? new SpanEvents(span, _index.Forms.SpanOf(JsonSource.Parse(parts!.ReadAt(span.Offset, span.Length), 1, "entry", "entries")));
                lastOf = span;
            }

            var events = last;
            if (isEnd == span.HasEnd)
            {
                extras.Add(events.Extras);
            }

            if (!isEnd && state.IsNew(span.Resource))
            {
                yield return Make(span.Resource, new UntypedEvent(SpanEvents.ResourceType, RecordedJson.ToElement(_index.Resources[span.Resource])), [], SpanEvents.TimeOf(span.Start), Conversation.Environment);
            }

            if (!isEnd && span.Role == SpanRole.Model)
            {
                foreach (var made in CallsBefore(span, events, state))
                {
                    yield return made;
                }
            }

            var actor = ActorOf(span);
            if (isEnd)
            {
                yield return Make($"{span.EventId}.end", events.End!, state.OfEnd(span), SpanEvents.TimeOf(span.End), span.Role == SpanRole.Tool ? Conversation.Environment : actor);
                state.Ended(span, events.Content);
                continue;
            }

            yield return Make(span.EventId, events.Begin, state.OfBegin(span, events.Content), SpanEvents.TimeOf(span.Start), span.Role == SpanRole.Model ? RoleOf(events.Content) : actor);
            if (span.NeedsName)
            {
                var named = new JsonObject { ["span"] = new JsonObject { ["trace_id"] = span.TraceId, ["span_id"] = span.SpanId }, ["event"] = span.EventId };
                yield return Make(span.SpanId, new UntypedEvent(SpanEvents.PlainType, RecordedJson.ToElement(named)), [span.EventId], SpanEvents.TimeOf(span.Start), Conversation.Environment);
            }

            if (events.Usage is { } usage)
            {
                yield return Make($"{span.EventId}.usage", new UntypedEvent(Conversation.Usage, RecordedJson.ToElement(usage)), [span.EventId], SpanEvents.TimeOf(span.End), actor);
            }
        }
    }

    // The events of a span depend on it alone, and to make them takes most of the time of a request.
    private Dictionary<SpanEntry, SpanEvents> MakeAll()
    {
        SpanEntry[] spans = [.. _steps.Where(step => !step.IsEnd).Select(step => step.Span)];
        var made = new SpanEvents[spans.Length];
        ManyAtOnce.ForEach(spans.Length, i => made[i] = new SpanEvents(spans[i], spans[i].Json!.Value));
        return spans.Zip(made).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    // The ids of spans are unique but for those of tests and of tools that write their own; a call of a tool is named by its id, because a request with its result tells of it too.
    private void Name()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (span, isEnd) in _steps)
        {
            if (isEnd)
            {
                continue;
            }

            var hasName = span.Role == SpanRole.Tool && span.Calls is [{ Length: <= 200 } call] && Log.TextRules.FaultOf(call) is null && _logged?.HasOfAnother(call, span) is null or false;
            string[] candidates = [.. hasName ? new[] { CallName(span.Calls[0]) } : [], span.SpanId];
            span.EventId = Array.Find(candidates, names.Add) ?? $"{span.SpanId}-{span.TraceId}";
            span.NeedsName = _logged is not null && hasName && span.EventId == candidates[0] && names.Add(span.SpanId);
        }
    }

    private IEnumerable<NewEvent> CallsBefore(SpanEntry span, SpanEvents events, SpanCauses state)
    {
        Dictionary<string, JsonElement>? asked = null;
        foreach (var message in events.Content.Input.OfType<JsonObject>())
        {
            if (ToldCall.IdOf(message) is not { } id || _calls.Contains(id) || state.IsAnswered(id))
            {
                continue;
            }

            asked ??= ToldCall.AskedBy(events.Content.Input);
            if (!asked.TryGetValue(id, out var call) || _toolsWithoutIds.Contains(call.Text("name") ?? ""))
            {
                continue;
            }

            var name = CallName(id);
            var time = SpanEvents.TimeOf(span.Start);
            var arguments = call.Member("arguments") is { ValueKind: JsonValueKind.String } text ? RecordedJson.Parsed(RecordedJson.TextOf(text)!) : call.Member("arguments");
            var ofCall = new Dictionary<string, JsonElement> { ["tool_call_id"] = RecordedJson.ToElement(id) };
            yield return Make(name, new ToolCalled(call.Text("name"), arguments) { More = ofCall }, state.OfCall(span, id), time, ActorOf(span));
            yield return Make($"{name}.end", new ToolReturned(name, RecordedJson.ToElement(message["content"])) { More = ofCall }, [name], time, Conversation.Environment);
            state.Answered(id, $"{name}.end");
        }
    }

    /// <summary>The name of the event of a call.</summary>
    public static string CallName(string id) => $"call-{id}";

    private static string ActorOf(SpanEntry span) => span.Actor ?? (span.Role == SpanRole.Plain ? Conversation.Environment : "agent");

    private static string RoleOf(GenAiContent content) =>
        content.Input is [.., JsonObject last] && last["role"]?.GetValueKind() == JsonValueKind.String && last["role"]!.ToString() is { Length: > 0 } role && Log.TextRules.FaultOf(role) is null ? role : "user";

    private NewEvent Make(string id, object data, IReadOnlyList<string> causes, DateTimeOffset? time, string actor) => new(data, new EventMetadata
    {
        Actor = actor,
        Source = _index.Forms.Format.Name,
        ForeignId = id,
        ForeignCauses = causes,
        OccurredAt = time,
    });
}
