using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Ledger.Runs;

namespace Ledger.Interop.Exporting;

/// <summary>Makes spans of the turns of a run that was not recorded as spans: a request with its answer, a call with its result, and one around all of them.</summary>
/// <remarks>A request has all messages so far, as the conventions ask, so the size grows with the square of a conversation's length.</remarks>
/// <param name="run">The run.</param>
/// <param name="report">What is not in the spans.</param>
/// <param name="mostBytes">The most bytes of messages that a request has, and are kept; the first of more are left out, and the span has their number as <c>ledger.messages_left_out</c>.</param>
internal sealed partial class TurnSpans(Run run, ExportReport report, long mostBytes = long.MaxValue)
{
    private static readonly string[] OfTools =
        ["tool", "arguments", "tool_call_id", "call_id", "result", "error", "usage", "cost_usd", "kind", "description", "operation", "conversation_id", "span"];

    private readonly string _trace = Id(run.StreamName.Value, 16);
    private readonly string _root = Id($"{run.StreamName.Value}/root", 8);
    private readonly Dictionary<string, JsonElement> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private readonly Queue<long> _sizes = new();
    private JsonArray _messages = [];
    private long _leftOut;
    private JsonObject? _answer;
    private (JsonObject Begin, JsonObject End)? _pending;
    private JsonObject? _request;
    private bool _saysItsCalls;
    private string? _agent;
    private ulong _first;
    private ulong _last;
    private ulong _told;

    /// <summary>About how many bytes are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>The resource and scope of the spans.</summary>
    public static JsonElement Resource { get; } = JsonElement.Parse("""{"resource":{"attributes":{"service.name":"ledger"}},"scope":{"name":"Ledger"}}""");

    /// <summary>The id of <see cref="Resource"/>.</summary>
    public const string ResourceId = "ledger";

    /// <summary>The spans that the next turn completes.</summary>
    public IEnumerable<JsonObject> Add(Turn turn)
    {
        switch (turn)
        {
            case Told told:
                var done = Flush();
                _told = TimeOf(turn);
                Tell(told);
                return done;
            case Asked asked:
                var earlier = Flush();
                Ask(asked);
                return earlier;
            case Answered answered:
                var before = Flush();
                Answer(answered);
                return before;
            case Failed failed:
                return [.. Flush(), .. Fail(failed)];
            case Called called:
                Call(called);
                return [];
            case Returned returned:
                return [.. Flush(), .. Return(returned)];
            case Used used when _pending is { } pending:
                AddUsage(pending.End, used.Data);
                return [];
            default:
                report.Leave(turn.Event.Type);
                return [];
        }
    }

    /// <summary>The spans that are left, and the one around all.</summary>
    public IEnumerable<JsonObject> End()
    {
        foreach (var span in Flush())
        {
            yield return span;
        }

        // A call without a result has no end; the answer has it.
        foreach (var _ in _calls)
        {
            report.Leave("tool.called");
        }

        if (_first == 0)
        {
            yield break;
        }

        var data = new JsonObject { ["operation"] = "invoke_agent", ["conversation_id"] = run.Id, ["agent"] = new JsonObject { ["name"] = _agent ?? "agent" } };
        data["span"] = SpanOf(_root, null, $"invoke_agent {_agent ?? "agent"}", 1, _first);
        yield return SpanForm.Of(SpanEvents.Invoked, RecordedJson.ToElement(data), RecordedJson.ToElement(new JsonObject { ["span"] = EndOf(_last) }));
    }

    private void Tell(Told told)
    {
        if (told.Begins)
        {
            _messages = [];
            (Bytes, _leftOut) = (Bytes - _sizes.Sum(), 0);
            _sizes.Clear();
        }

        _answer = null;
        AddMessage(told.Message);
        if (!RunTurns.IsOwn(told.Event))
        {
            var request = RequestOf(told, "model", "max_tokens");
            _request ??= request;
        }
    }

    // The size of what is kept, where there is a limit.
    private void AddMessage(JsonNode? message)
    {
        _messages.AddNode(message);
        if (mostBytes == long.MaxValue)
        {
            return;
        }

        var size = (long)(message?.ToJsonString().Length ?? 0);
        _sizes.Enqueue(size);
        Bytes += size;
        for (var bytes = _sizes.Sum(); bytes > mostBytes;)
        {
            var first = _sizes.Dequeue();
            (bytes, Bytes, _leftOut) = (bytes - first, Bytes - first, _leftOut + 1);
            _messages.RemoveAt(0);
        }
    }

    private void Call(Called called)
    {
        if (_answer is null)
        {
            _answer = new JsonObject { ["role"] = "assistant", ["content"] = null };
            AddMessage(_answer);
        }

        var calls = _answer["tool_calls"] as JsonArray ?? [];
        if (calls.All(call => (call as JsonObject)?["id"]?.ToString() != called.CallId))
        {
            calls.AddNode(ChatForm.CallOf(called.CallId, called.Data.Text("tool"), called.Data.Member("arguments")));
        }

        _answer["tool_calls"] ??= calls;
        if (_pending is { } pending && !_saysItsCalls)
        {
            // The answer asked for it.
            pending.End["tool_calls"] = calls.DeepClone();
        }

        var begin = called.Data.ToNode() as JsonObject ?? [];
        begin["operation"] = "execute_tool";
        begin["conversation_id"] = run.Id;
        begin["tool_call_id"] = called.CallId;
        begin["span"] = SpanOf(
            Id(called.Event.Type == "tool.called" ? called.Event.Id.ToString() : $"{called.Event.Id}/{called.CallId}", 8), _root, $"execute_tool {called.Data.Text("tool")}", 1, TimeOf(called));
        var kept = RecordedJson.ToElement(begin);
        Bytes += kept.GetRawText().Length - (_calls.TryGetValue(called.CallId, out var replaced) ? replaced.GetRawText().Length : 0);
        _calls[called.CallId] = kept;
    }

    private IEnumerable<JsonObject> Return(Returned returned)
    {
        var time = TimeOf(returned);
        AddMessage(new JsonObject { ["role"] = "tool", ["tool_call_id"] = returned.CallId, ["content"] = returned.Data.Member("result").ToNode() });
        _told = time;
        if (returned.CallId is null || !_calls.Remove(returned.CallId, out var call))
        {
            if (returned.CallId is null || !_failed.Contains(returned.CallId))
            {
                report.Leave(returned.Event.Type);
            }

            return [];
        }

        Bytes -= call.GetRawText().Length;
        var end = new JsonObject { ["result"] = returned.Data.Member("result").ToNode() };
        AddUsage(end, returned.Data);
        var others = new JsonObject();
        AddOthers(others, "ledger.call.", call);
        AddOthers(others, "ledger.result.", returned.Data);
        if (others.Count > 0)
        {
            end["extra"] = new JsonObject { ["attributes"] = others };
        }

        if (returned.Data.Member("cost_usd") is { ValueKind: JsonValueKind.Number } cost)
        {
            end["cost_usd"] = cost.ToNode();
        }

        end["span"] = EndOf(time, returned.Data.Member("error"));
        return [SpanForm.Of("tool.called", call, RecordedJson.ToElement(end))];
    }

    // What other tools have recorded of a call.
    private static void AddOthers(JsonObject attributes, string prefix, JsonElement data)
    {
        foreach (var member in data.ValueKind == JsonValueKind.Object ? data.EnumerateObject().AsEnumerable() : [])
        {
            if (RecordedJson.NameOf(member) is var name && !OfTools.Contains(name) && RecordedJson.SaysSomething(member.Value))
            {
                attributes[prefix + name] = member.Value.ToNode();
            }
        }
    }

    /// <summary>The span of the last answer, if it is still to come: the calls that it asks for may follow as events.</summary>
    public IEnumerable<JsonObject> Flush()
    {
        if (_pending is not { } pending)
        {
            return [];
        }

        _pending = null;
        return [SpanForm.Of("llm.request", RecordedJson.ToElement(pending.Begin), RecordedJson.ToElement(pending.End))];
    }

    private static void AddUsage(JsonObject end, JsonElement data)
    {
        var cost = CallCost.Read(data);
        var usage = end["usage"] as JsonObject ?? [];
        foreach (var (name, count) in new[] { ("input_tokens", cost.InputTokens), ("output_tokens", cost.OutputTokens), ("cache_read_input_tokens", cost.CachedTokens), ("reasoning_tokens", cost.ReasoningTokens) })
        {
            if (count is not null)
            {
                usage[name] = (usage[name]?.GetValue<long>() ?? 0) + count;
            }
        }

        if (usage.Count > 0)
        {
            end["usage"] = usage;
        }
    }

    // Each later than the one before, so that the order is that of the run also where many have one time or none.
    private ulong TimeOf(Turn turn)
    {
        var time = turn.Event.Metadata.OccurredAt ?? turn.Event.Timestamp;
        var nanoseconds = (ulong)Math.Max(1, (time - DateTimeOffset.UnixEpoch).Ticks) * 100;
        _last = Math.Max(nanoseconds, _last + 1_000);
        _first = _first == 0 ? _last : _first;
        return _last;
    }

    private JsonObject SpanOf(string id, string? parent, string name, int kind, ulong start)
    {
        var span = new JsonObject { ["trace_id"] = _trace, ["span_id"] = id };
        if (parent is not null)
        {
            span["parent_span_id"] = parent;
        }

        span["name"] = name;
        span["kind"] = kind;
        span["start"] = start.ToString(CultureInfo.InvariantCulture);
        return span;
    }

    private static JsonObject EndOf(ulong time, JsonElement error = default)
    {
        var end = new JsonObject { ["end"] = time.ToString(CultureInfo.InvariantCulture) };
        if (RecordedJson.SaysSomething(error))
        {
            end["status"] = new JsonObject { ["code"] = 2, ["message"] = error.ValueKind == JsonValueKind.String ? error.ToNode() : error.GetRawText() };
        }

        return end;
    }

    private static string Id(string text, int bytes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, bytes));
}
