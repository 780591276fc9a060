using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenHands;

/// <summary>Takes the events of the OpenHands SDK (version 1), which name their kind.</summary>
/// <remarks>
/// The form is that of the classes in OpenHands/software-agent-sdk, <c>openhands-sdk/openhands/sdk/event</c>: <c>SystemPromptEvent</c>, <c>MessageEvent</c>, <c>ActionEvent</c>,
/// <c>ObservationEvent</c>, <c>AgentErrorEvent</c>, <c>UserRejectObservation</c>, <c>Condensation</c> and others. Actions with one <c>llm_response_id</c> are of one answer.
/// </remarks>
internal sealed class OpenHandsSdkEvents(Conversation conversation, Extras extras)
{
    private static readonly string[] Kinds =
        ["SystemPromptEvent", "MessageEvent", "ActionEvent", "ObservationEvent", "AgentErrorEvent", "UserRejectObservation", "Condensation", "ConversationStateUpdateEvent"];

    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);

    /// <summary>Whether an event is one of the SDK.</summary>
    public static bool IsEvent(JsonElement json) =>
        json.Text("kind") is { } kind && json.Text("source") is not null && json.Text("id") is not null
        && (Kinds.Contains(kind) || (kind.EndsWith("Event", StringComparison.Ordinal) && json.Text("timestamp") is not null));

    /// <summary>Takes the next event.</summary>
    /// <param name="place">Its id and time.</param>
    /// <param name="item">The event.</param>
    /// <param name="source">Who wrote it.</param>
    public void Add(Place place, Fields item, string? source)
    {
        switch (item.Text("kind"))
        {
            case "SystemPromptEvent":
                AddPrompt(place, item);
                break;
            case "MessageEvent":
                AddMessage(place, item, source);
                break;
            case "ActionEvent":
                AddAction(place, item);
                break;
            case "ObservationEvent" or "AgentErrorEvent" or "UserRejectObservation":
                AddResult(place, item);
                break;
            case var kind:
                AddNote(place, item, kind, source);
                break;
        }
    }

    private void AddPrompt(Place place, Fields item)
    {
        var (prompt, context) = (item.Object("system_prompt"), item.Object("dynamic_context"));
        var content = context.Json.ValueKind == JsonValueKind.Object ? new JsonArray(prompt.Json.ToNode(), context.Json.ToNode()) : (JsonNode?)prompt.Json.Text("text") ?? prompt.Json.ToNode();
        var more = new JsonObject();
        Add(more, "tools", item.Any("tools").ToNode());
        if (content is JsonValue)
        {
            prompt.Skip("text", "type");
            AnthropicBlocks.AddExtra(more, prompt.Rest(extras, "system_prompt."));
        }

        AnthropicBlocks.AddExtra(more, item.Rest(extras, ""));
        conversation.Tell(place, new JsonObject { ["role"] = "system", ["content"] = content }, more);
    }

    private void AddMessage(Place place, Fields item, string? source)
    {
        var message = item.Object("llm_message");
        var (role, responseId) = (message.Text("role") ?? (source == "agent" ? "assistant" : "user"), item.Text("llm_response_id"));
        var content = ContentOf(message.Any("content"), item.Any("extended_content"));
        var more = new JsonObject();
        if (role == "assistant")
        {
            CopyThoughts(message, more);
            Add(more, "message_id", responseId);
            AnthropicBlocks.AddExtra(more, Together(message, item));
            var parts = RecordedJson.ToElement(content);
            if (Content.PartsOf(parts) is { } kept)
            {
                more["content"] = kept;
            }

            conversation.Answer(place, new RecordedAnswer(Content.TextOf(parts), More: more));
            if (responseId is not null)
            {
                _answers.TryAdd(responseId, place.Id);
            }

            return;
        }

        AnthropicBlocks.AddExtra(more, Together(message, item));
        conversation.Tell(place, new JsonObject { ["role"] = role, ["content"] = content }, more);
    }

    private void AddAction(Place place, Fields item)
    {
        var responseId = item.Text("llm_response_id");
        var thought = item.Any("thought");
        if (responseId is null || !_answers.TryGetValue(responseId, out var answer))
        {
            var ofAnswer = new JsonObject();
            CopyThoughts(item, ofAnswer);
            Add(ofAnswer, "message_id", responseId);
            if (Content.PartsOf(thought) is { } parts)
            {
                ofAnswer["content"] = parts;
            }

            conversation.Answer(place, new RecordedAnswer(Content.TextOf(thought), More: ofAnswer));
            answer = place.Id;
            if (responseId is not null)
            {
                _answers[responseId] = answer;
            }
        }

        var call = item.Object("tool_call");
        var (name, id) = (item.Text("tool_name") ?? call.Text("name"), item.Text("tool_call_id") ?? call.Text("id"));
        var arguments = call.Any("arguments");
        call.Skip("id", "name");
        var more = new JsonObject();
        var action = item.Any("action");
        if (arguments.ValueKind != JsonValueKind.Undefined)
        {
            Add(more, "action", action.ToNode());
        }

        foreach (var member in new[] { "security_risk", "summary", "critic_result" })
        {
            Add(more, member, item.Any(member).ToNode());
        }

        AnthropicBlocks.AddExtra(more, call.Rest(extras, "tool_call."));
        AnthropicBlocks.AddExtra(more, item.Rest(extras, ""));
        conversation.Call(place.Of("call") with { Causes = [answer] }, name, arguments.ValueKind == JsonValueKind.Undefined ? action : arguments, id, more);
    }

    private void AddResult(Place place, Fields item)
    {
        var observation = item.Object("observation");
        var content = observation.Any("content");
        var more = new JsonObject();
        Add(more, "tool", item.Text("tool_name"));
        Add(more, "action_id", item.Text("action_id"));
        var error = item.Text("error") ?? item.Text("rejection_reason");
        if (observation.Flag("is_error") == true || error is not null)
        {
            more["error"] = error ?? Content.TextOf(content) ?? "error";
        }

        // Members of an observation differ from tool to tool, and are what it returned beside the text.
        var others = new JsonObject();
        foreach (var (name, value) in observation.Rest(new Extras(), "") ?? [])
        {
            others[name] = value?.DeepClone();
        }

        Add(more, "observation", others);
        Add(more, "extended_content", item.Any("extended_content").ToNode());
        var id = item.Text("tool_call_id");
        AnthropicBlocks.AddExtra(more, item.Rest(extras, ""));
        conversation.Return(place, id, content.ValueKind == JsonValueKind.Undefined && error is not null ? RecordedJson.ToElement(error) : content, more);
    }

    private void AddNote(Place place, Fields item, string? kind, string? source)
    {
        var data = new JsonObject();
        foreach (var (name, value) in item.Rest(new Extras(), "") ?? [])
        {
            data[name] = value?.DeepClone();
        }

        var type = kind is { Length: > 0 and < 200 } && Log.TextRules.FaultOf(kind) is null ? kind : "entry";
        conversation.Note(place, type == "Condensation" ? "conversation.compacted" : $"openhands.{type}", data, source is { Length: > 0 } ? source : null);
    }

    private static void CopyThoughts(Fields from, JsonObject to)
    {
        foreach (var name in new[] { "reasoning_content", "thinking_blocks", "responses_reasoning_item", "reasoning_details" })
        {
            Add(to, name, from.Any(name).ToNode());
        }
    }

    // Images as parts of Chat Completions, one each.
    private static JsonArray ContentOf(JsonElement content, JsonElement extended)
    {
        var parts = new JsonArray();
        foreach (var part in new[] { content, extended }.SelectMany(list => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().AsEnumerable() : list.ValueKind == JsonValueKind.Undefined ? [] : [list]))
        {
            if (part.Text("type") == "image" && part.Items("image_urls").Any() && part.EnumerateObject().Count(m => RecordedJson.SaysSomething(m.Value)) == 2)
            {
                foreach (var url in part.Items("image_urls"))
                {
                    parts.AddNode(new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url.ToNode() } });
                }
            }
            else
            {
                parts.AddNode(part.ToNode());
            }
        }

        return parts;
    }

    private JsonObject? Together(Fields message, Fields item)
    {
        var rest = item.Rest(extras, "");
        if (message.Rest(extras, "llm_message.") is { } others)
        {
            (rest ??= [])["llm_message"] = others;
        }

        return rest;
    }

    private static void Add(JsonObject more, string name, JsonNode? value)
    {
        if (value is not null && value is not (JsonArray { Count: 0 } or JsonObject { Count: 0 }))
        {
            more[name] = value;
        }
    }
}
