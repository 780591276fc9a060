using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;
using Ledger.Runs;

namespace Ledger.Interop.Exporting;

/// <summary>A step of a trajectory while its events are read.</summary>
internal sealed class AtifStep
{
    // What a step has a member for; the rest is in its extra.
    private static readonly string[] Plain = ["reasoning_content", "reasoning_effort", "is_copied_context", "llm_call_count", "observation"];
    private static readonly string[] OfResponses =
        [.. Plain, "text", "model", "model_name", "cost_usd", "usage", "metrics", "content", "extra", "others", "input_tokens", "output_tokens", "messages"];

    private static readonly string[] OfRequests = [.. Plain, "messages", "model", "extra", "others"];

    // The tools are in the head of the trajectory, and the instructions are a message.
    private static readonly string[] OfOwnRequests = [.. OfRequests, "tools", "instructions"];

    private readonly JsonObject _json;
    private readonly JsonArray _calls = [];
    private readonly JsonArray _results = [];
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    private AtifStep(JsonObject json) => _json = json;

    /// <summary>Whether it is a step of the agent, which can have calls.</summary>
    public bool IsAnswer { get; private init; }

    /// <summary>The step that begins with an event.</summary>
    public static AtifStep Of(Turn turn)
    {
        switch (turn)
        {
            case Told told:
                return OfMessage(told);
            case Answered answered:
                return new AtifStep(OfAnswer(answered)) { IsAnswer = true };
            case Called called:
                var calling = new AtifStep(New("agent", turn, "")) { IsAnswer = true };
                calling.Add(called);
                return calling;
            default:
                // A result whose call is in an earlier step.
                var late = new AtifStep(New("system", turn, ""));
                late._results.AddNode(ResultOf(turn, null));
                return late;
        }
    }

    /// <summary>Whether a result belongs to the step.</summary>
    public bool Takes(Returned returned) => IsAnswer && (returned.CallId is null || _open.Contains(returned.CallId));

    public void Add(Called called)
    {
        if (!_open.Add(called.CallId) && called.IsAgain)
        {
            // Made again after a failure.
            return;
        }

        var arguments = called.Data.Member("arguments");
        var call = new JsonObject
        {
            ["tool_call_id"] = called.CallId,
            ["function_name"] = called.Data.Text("tool") ?? "",
            ["arguments"] = arguments.ValueKind switch
            {
                JsonValueKind.Object => arguments.ToNode(),
                JsonValueKind.Undefined or JsonValueKind.Null => new JsonObject(),
                _ => new JsonObject { ["value"] = arguments.ToNode() },
            },
        };
        AddRest(call, called.Data, called.Event, ["tool", "arguments", "tool_call_id", "extra", "others"]);
        _calls.AddNode(call);
    }

    public void Add(Returned returned) => _results.AddNode(ResultOf(returned, returned.CallId));

    /// <summary>Adds to the tokens of an answer.</summary>
    public void Add(Used used)
    {
        var cost = CallCost.Read(used.Data);
        var metrics = _json["metrics"] as JsonObject ?? [];
        foreach (var (name, count) in new[] { ("prompt_tokens", cost.InputTokens), ("completion_tokens", cost.OutputTokens) })
        {
            if (count is { } tokens)
            {
                metrics[name] = tokens + (metrics[name]?.GetValue<long>() ?? 0);
            }
        }

        _json["metrics"] = metrics;
    }

    /// <summary>An observation that is the result of no call.</summary>
    public void Add(Other observation)
    {
        var result = new JsonObject { ["content"] = observation.Data.Member("content").ToNode() };
        AddRest(result, observation.Data, observation.Event, ["content", "extra", "others", "runs"]);
        _results.AddNode(result);
    }

    public JsonObject ToJson(int number)
    {
        var json = new JsonObject { ["step_id"] = number };
        foreach (var (name, value) in _json)
        {
            json[name] = value?.DeepClone();
        }

        if (_calls.Count > 0)
        {
            json["tool_calls"] = _calls;
        }

        if (_results.Count > 0)
        {
            var observation = json["observation"] as JsonObject ?? [];
            observation["results"] = _results;
            json["observation"] = observation;
        }

        return json;
    }

    private static AtifStep OfMessage(Told told)
    {
        var source = told.Message["role"]?.ToString() switch
        {
            "system" or "developer" or "tool" => "system",
            "assistant" => "agent",
            _ => "user",
        };
        var step = New(source, told, null);
        step["message"] = told.Message["content"]?.DeepClone() ?? "";
        AddRest(step, told.Data, told.Event, RunTurns.IsOwn(told.Event) ? OfOwnRequests : OfRequests);
        return new AtifStep(step);
    }

    private static JsonObject OfAnswer(Answered answered)
    {
        var data = answered.Data;
        var step = New("agent", answered, null);
        step["message"] = data.Member("content").ValueKind == JsonValueKind.Array
            ? data.Member("content").ToNode()
            : data.Text("text") ?? "";
        var isAtif = answered.Event.Metadata.Source == RecordingFormat.Atif.Name;
        if (data.Text(isAtif ? "model_name" : "model") is { } model)
        {
            step["model_name"] = model;
        }

        if (ReasoningOf(data) is { } reasoning)
        {
            step["reasoning_content"] = reasoning;
        }

        if (MetricsOf(data) is { Count: > 0 } metrics)
        {
            step["metrics"] = metrics;
        }

        AddRest(step, data, answered.Event, OfResponses);
        return step;
    }

    private static JsonObject MetricsOf(JsonElement data)
    {
        var cost = CallCost.Read(data);
        var metrics = data.Member("metrics").ToNode() as JsonObject ?? [];
        foreach (var (name, count) in new[] { ("prompt_tokens", cost.InputTokens), ("completion_tokens", cost.OutputTokens), ("cached_tokens", cost.CachedTokens) })
        {
            if (count is { } tokens)
            {
                metrics[name] = tokens;
            }
        }

        if (data.Member("cost_usd").ValueKind == JsonValueKind.Number)
        {
            metrics["cost_usd"] = data.Member("cost_usd").ToNode();
        }

        return metrics;
    }

    private static string? ReasoningOf(JsonElement data) => data.Text("reasoning_content")
        ?? Joined(data.Items("thinking_blocks").Select(block => block.Text("thinking")))
        ?? Joined(data.Items("reasoning").SelectMany(item => item.Items("summary")).Select(summary => summary.Text("text")));

    private static string? Joined(IEnumerable<string?> texts) => string.Join('\n', texts.OfType<string>()) is { Length: > 0 } text ? text : null;

    private static JsonObject ResultOf(Turn turn, string? callId)
    {
        var data = turn.Data;
        var result = new JsonObject();
        // A recorded result that named no call is not given one.
        if (callId is not null && (data.Text("tool_call_id") is not null || turn.Event.Metadata.Source != RecordingFormat.Atif.Name))
        {
            result["source_call_id"] = callId;
        }

        var content = data.Member("result");
        result["content"] = content.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined && turn.Event.Metadata.Source == RecordingFormat.Atif.Name
            ? null
            : ChatFormOf(content);
        AddRest(result, data, turn.Event, ["result", "call_id", "tool_call_id", "subagent_trajectory_ref", "runs", "extra", "others"]);
        if (RecordedJson.SaysSomething(data.Member("subagent_trajectory_ref")))
        {
            result["subagent_trajectory_ref"] = data.Member("subagent_trajectory_ref").ToNode();
        }

        return result;
    }

    private static JsonNode? ChatFormOf(JsonElement content) =>
        content.ValueKind == JsonValueKind.Array && content.EnumerateArray().All(p => p.Text("type") is not null) ? content.ToNode() : ChatForm.ResultOf(content);

    // Members that the format has go where they came from; those of other formats are in the extra.
    private static void AddRest(JsonObject to, JsonElement data, RecordedEvent item, ReadOnlySpan<string> known)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var name in Plain)
        {
            if (known.Contains(name) && !to.ContainsKey(name) && RecordedJson.SaysSomething(data.Member(name)))
            {
                to[name] = data.Member(name).ToNode();
            }
        }

        if (data.Member("others").ToNode() is JsonObject others)
        {
            foreach (var (name, value) in others)
            {
                to.TryAdd(name, value?.DeepClone());
            }
        }

        if (item.Metadata.Source == RecordingFormat.Atif.Name && RecordedJson.SaysSomething(data.Member("extra")))
        {
            to["extra"] = data.Member("extra").ToNode();
            return;
        }

        var extra = new JsonObject();
        foreach (var member in data.EnumerateObject())
        {
            if (RecordedJson.NameOf(member) is var name && (name == "extra" || !known.Contains(name)) && RecordedJson.SaysSomething(member.Value))
            {
                extra[name] = member.Value.ToNode();
            }
        }

        if (extra.Count > 0)
        {
            to["extra"] = extra;
        }
    }

    private static JsonObject New(string source, Turn turn, string? message)
    {
        var step = new JsonObject();
        if ((turn.Event.Metadata.OccurredAt ?? (RunTurns.IsOwn(turn.Event) ? turn.Event.Timestamp : null)) is { } time)
        {
            step["timestamp"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        }

        step["source"] = source;
        if (message is not null)
        {
            step["message"] = message;
        }

        return step;
    }
}
