using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenHands;

/// <summary>Takes the events of a session in order. Several actions of one answer of the model share it.</summary>
internal sealed class OpenHandsSession(Conversation conversation, Extras extras)
{
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _actions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly OpenHandsSdkEvents _sdk = new(conversation, extras);
    private decimal _cost;

    /// <summary>Takes the next event.</summary>
    public void Add(JsonElement json, int number)
    {
        var item = new Fields(json);
        var id = item.Any("id");
        var place = new Place(IdOf(id, number), item.Time("timestamp"));
        if (json.ValueKind != JsonValueKind.Object)
        {
            conversation.Note(place, "openhands.entry", new JsonObject { ["value"] = json.ToNode() });
            extras.Add("events that are no objects");
            return;
        }

        var key = id.ValueKind is JsonValueKind.Number or JsonValueKind.String ? id.GetRawText() : $"number-{number}";
        var source = item.Text("source");
        if (OpenHandsSdkEvents.IsEvent(json))
        {
            _sdk.Add(place, item, source);
        }
        else if (item.Text("observation") is { } observation)
        {
            AddObservation(place, item, observation);
        }
        else if (item.Text("action") is { } action)
        {
            if (source == "agent" && (action == "message" || IsCall(json) || HasArguments(json, action)))
            {
                AddOfAgent(place, item, action, key);
            }
            else if (action is "message" or "system")
            {
                AddMessage(place, item, action == "system" ? "system" : "user");
            }
            else
            {
                AddNote(place, item, $"action.{action}", source);
            }
        }
        else
        {
            AddNote(place, item, "entry", source);
        }
    }

    private void AddMessage(Place place, Fields item, string role)
    {
        var args = item.Object("args");
        var (said, content) = (item.Text("message"), args.Any("content"));
        var message = new JsonObject { ["role"] = role, ["content"] = ContentOf(content, args) ?? said };
        AnthropicBlocks.AddExtra(message, Together(args, item, said is not null && said != Content.TextOf(content) ? said : null));
        conversation.Tell(place, message);
    }

    private void AddOfAgent(Place place, Fields item, string action, string key)
    {
        var metadata = item.Object("tool_call_metadata");
        var response = metadata.Object("model_response");
        var args = item.Object("args");
        var thought = args.Text("thought");
        var answer = AnswerOf(response.Json);
        var responseId = response.Json.Text("id");
        if (responseId is null || !_answers.TryGetValue(responseId, out var answerId))
        {
            answerId = place.Id;
            var text = response.Json.ValueKind == JsonValueKind.Object ? Content.TextOf(answer.Member("content"))
                : action == "message" ? Content.TextOf(args.Any("content")) ?? item.Text("message")
                : thought;
            conversation.Answer(place, new RecordedAnswer(text, response.Json.Text("model"), CostOf(item), MoreOf(response, answer)));
            if (responseId is not null)
            {
                _answers[responseId] = answerId;
            }
        }

        var more = new JsonObject { ["action"] = action };
        var callId = metadata.Text("tool_call_id");
        var call = answer.Items("tool_calls").FirstOrDefault(c => c.Text("id") == callId);
        var tool = metadata.Text("function_name") ?? call.Member("function").Text("name");
        metadata.Skip("total_calls_in_response");
        Add(more, "message", item.Text("message"));
        AnthropicBlocks.AddExtra(more, metadata.Rest(extras, "tool_call_metadata."));
        if (tool is null && action == "message")
        {
            // An answer without a call: what is left of it belongs to no other event.
            AnthropicBlocks.AddExtra(more, Together(args, item, null));
            if (more.Count > 2 || more.ContainsKey("extra"))
            {
                conversation.Note(place.Of("more"), "openhands.action.message", more);
            }

            return;
        }

        var written = call.Member("function").Member("arguments");
        if (written.ValueKind != JsonValueKind.Undefined)
        {
            Add(more, "args", args.Json.ToNode());
        }

        AnthropicBlocks.AddExtra(more, item.Rest(extras, ""));
        var at = place.Of("call") with { Causes = [answerId] };
        conversation.Call(at, tool ?? action, written.ValueKind == JsonValueKind.Undefined ? args.Json : written, callId, more);
        _actions[key] = at.Id;
    }

    private void AddObservation(Place place, Fields item, string observation)
    {
        // The same as that of the action.
        var metadata = item.Object("tool_call_metadata");
        var cause = item.Any("cause");
        var callId = metadata.Text("tool_call_id");
        var more = new JsonObject { ["observation"] = observation };
        var call = cause.ValueKind is JsonValueKind.Number or JsonValueKind.String && _actions.Remove(cause.GetRawText(), out var known) ? known : null;
        if (metadata.Json.ValueKind == JsonValueKind.Object && call is null)
        {
            more["tool_call_metadata"] = metadata.Json.ToNode();
        }

        Add(more, "message", item.Text("message"));
        Add(more, "extras", item.Any("extras").ToNode());
        var content = item.Any("content");
        if (observation == "error")
        {
            more["error"] = Content.TextOf(content) ?? "error";
        }

        AnthropicBlocks.AddExtra(more, item.Rest(extras, ""));
        if (call is not null)
        {
            conversation.Return(place, callId, content, more, call);
        }
        else
        {
            Add(more, "content", content.ToNode());
            Add(more, "cause", cause.ToNode());
            Add(more, "tool_call_id", callId);
            conversation.Note(place, $"openhands.observation.{NameOf(observation)}", more);
        }
    }

    private void AddNote(Place place, Fields item, string kind, string? source)
    {
        var data = new JsonObject();
        foreach (var (name, value) in item.Rest(new Extras(), "") ?? [])
        {
            data[name] = value?.DeepClone();
        }

        conversation.Note(place, $"openhands.{NameOf(kind)}", data, source is { Length: > 0 } ? source : null);
    }

    private JsonObject MoreOf(Fields response, JsonElement answer)
    {
        var more = new JsonObject();
        if (Content.PartsOf(answer.Member("content")) is { } parts)
        {
            more["content"] = parts;
        }

        Add(more, "message_id", response.Text("id"));
        Add(more, "usage", response.Any("usage").ToNode());
        foreach (var name in new[] { "reasoning_content", "thinking_blocks", "reasoning", "refusal" })
        {
            Add(more, name, answer.Member(name).ToNode());
        }

        var choices = response.Json.Items("choices").ToList();
        if (choices.Count > 0 && choices[0].Text("finish_reason") is { } reason)
        {
            more["finish_reason"] = reason;
        }

        if (choices.Count > 1)
        {
            more["choices"] = response.Json.Member("choices").ToNode();
        }

        response.Skip("choices", "model", "object", "created");
        AnthropicBlocks.AddExtra(more, response.Rest(extras, "tool_call_metadata.model_response."));
        return more;
    }

    // The file adds the costs up.
    private decimal? CostOf(Fields item)
    {
        if (item.Json.Member("llm_metrics").Member("accumulated_cost") is not { ValueKind: JsonValueKind.Number } total || !total.TryGetDecimal(out var cost) || cost < _cost || cost > 1e12m)
        {
            return null;
        }

        var since = cost - _cost;
        _cost = cost;
        return since;
    }

    private JsonObject? Together(Fields args, Fields item, string? message)
    {
        var rest = item.Rest(extras, "");
        if (args.Rest(extras, "args.") is { } others)
        {
            (rest ??= [])["args"] = others;
        }

        if (message is not null)
        {
            (rest ??= [])["message"] = message;
        }

        return rest;
    }

    private string IdOf(JsonElement id, int number)
    {
        var name = id.ValueKind switch
        {
            JsonValueKind.Number when id.GetRawText() is { Length: < 20 } text => $"event-{text}",
            JsonValueKind.String when RecordedJson.TextOf(id) is { Length: > 0 and < 200 } text && Log.TextRules.FaultOf(text) is null => $"event-{text}",
            _ => string.Create(CultureInfo.InvariantCulture, $"number-{number}"),
        };
        if (_ids.Add(name))
        {
            return name;
        }

        extras.Add("events whose id an earlier one has");
        return string.Create(CultureInfo.InvariantCulture, $"{name}-number-{number}");
    }

    private static JsonNode? ContentOf(JsonElement content, Fields args)
    {
        if (args.Json.Member("image_urls") is not { ValueKind: JsonValueKind.Array } images || images.GetArrayLength() == 0)
        {
            return content.ToNode();
        }

        args.Skip("image_urls");
        return new JsonArray(
        [
            new JsonObject { ["type"] = "text", ["text"] = content.ToNode() },
            .. images.EnumerateArray().Select(url => new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url.ToNode() } }),
        ]);
    }

    private static JsonElement AnswerOf(JsonElement response) => response.Items("choices").FirstOrDefault().Member("message");

    private static bool IsCall(JsonElement json) => json.Member("tool_call_metadata").ValueKind == JsonValueKind.Object;

    // What an agent did without function calling; what else the program writes as the agent's, such as its state, is a remark.
    private static bool HasArguments(JsonElement json, string action) =>
        json.Member("args").ValueKind == JsonValueKind.Object && action is "run" or "run_ipython" or "read" or "write" or "edit" or "browse" or "browse_interactive" or "finish" or "reject" or "delegate" or "think" or "call_tool_mcp";

    private static void Add(JsonObject more, string name, JsonNode? value)
    {
        if (value is not null && (value is not JsonArray and not JsonObject || value is JsonArray { Count: > 0 } or JsonObject { Count: > 0 }))
        {
            more[name] = value;
        }
    }

    private static string NameOf(string text) => text.Length is > 0 and < 200 && Log.TextRules.FaultOf(text) is null ? text : "entry";
}
