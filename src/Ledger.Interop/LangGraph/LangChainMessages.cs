using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.LangGraph;

/// <summary>Makes events of messages of LangChain.</summary>
internal static class LangChainMessages
{
    /// <summary>Adds a message.</summary>
    public static void Add(Conversation conversation, Place place, LangChainObject message, Extras extras)
    {
        var fields = new Fields(message.Members);
        fields.Skip("type", "id", "lc", MsgpackJson.TypeMember, "example");
        switch (message.Type)
        {
            case "ai":
                AddAnswer(conversation, place, fields, extras);
                break;
            case "tool" or "function":
                AddResult(conversation, place, fields, extras);
                break;
            default:
                AddMessage(conversation, place, message.Type, fields, extras);
                break;
        }
    }

    private static void AddAnswer(Conversation conversation, Place place, Fields message, Extras extras)
    {
        var more = new JsonObject();
        var content = message.Any("content");
        if (Content.PartsOf(content) is { } parts)
        {
            more["content"] = parts;
        }

        if (message.Json.Member("usage_metadata").ValueKind == JsonValueKind.Object)
        {
            more["usage"] = message.Any("usage_metadata").ToNode();
        }

        if (message.Text("name") is { } name)
        {
            more["name"] = name;
        }

        var calls = message.List("tool_calls") ?? [];
        var invalid = message.List("invalid_tool_calls") ?? [];
        var response = message.Object("response_metadata");
        var model = response.Text("model_name") ?? response.Text("model");
        if ((response.Text("finish_reason") ?? response.Text("stop_reason")) is { } reason)
        {
            more["finish_reason"] = reason;
        }

        var additional = message.Object("additional_kwargs");
        if (calls.Count + invalid.Count > 0)
        {
            // The same calls as the provider spelled them.
            additional.Skip("tool_calls", "function_call");
        }

        AddRest(more, "response_metadata", response.Rest(extras, "messages.response_metadata."));
        AddRest(more, "additional_kwargs", additional.Rest(extras, "messages.additional_kwargs."));
        AnthropicBlocks.AddExtra(more, message.Rest(extras, "messages."));
        conversation.Answer(place, new RecordedAnswer(Content.TextOf(content), model, More: more));
        foreach (var (call, i) in calls.Concat(invalid).Select((call, i) => (new Fields(call), i)))
        {
            AddCall(conversation, place.Of("call", i) with { Causes = [place.Id] }, call, isInvalid: i >= calls.Count, extras);
        }
    }

    private static void AddCall(Conversation conversation, Place place, Fields call, bool isInvalid, Extras extras)
    {
        if (call.Json.ValueKind != JsonValueKind.Object)
        {
            extras.Add("messages.tool_calls that are no objects");
            conversation.Call(place, null, call.Json, null);
            return;
        }

        call.Skip("type");
        var more = new JsonObject();
        if (isInvalid)
        {
            more["invalid"] = call.Text("error") ?? "invalid";
        }

        var (tool, arguments, id) = (call.Text("name"), call.Any("args"), call.Text("id"));
        AnthropicBlocks.AddExtra(more, call.Rest(extras, "messages.tool_calls."));
        conversation.Call(place, tool, arguments, id, more);
    }

    private static void AddResult(Conversation conversation, Place place, Fields message, Extras extras)
    {
        var more = new JsonObject();
        var (callId, content) = (message.Text("tool_call_id"), message.Any("content"));
        if (message.Text("name") is { } name)
        {
            more["name"] = name;
        }

        if (message.Peek("status") is "success" or "error" && message.Text("status") == "error")
        {
            more["error"] = Content.TextOf(content) ?? "error";
        }

        if (LangChainObject.IsUndefined(message.Json.Member("artifact")))
        {
            message.Skip("artifact");
        }
        else if (RecordedJson.SaysSomething(message.Json.Member("artifact")))
        {
            more["artifact"] = message.Any("artifact").ToNode();
        }

        AddMetadata(more, message, extras);
        conversation.Return(place, callId, content, more);
    }

    private static void AddMessage(Conversation conversation, Place place, string type, Fields message, Extras extras)
    {
        var role = type switch
        {
            "human" => "user",
            "chat" => message.Text("role") ?? type,
            "" => "message",
            _ => type,
        };
        var told = new JsonObject { ["role"] = role, ["content"] = message.Any("content").ToNode() };
        if (message.Text("name") is { } name)
        {
            told["name"] = name;
        }

        AddMetadata(told, message, extras);
        conversation.Tell(place, told);
    }

    private static void AddMetadata(JsonObject more, Fields message, Extras extras)
    {
        AddRest(more, "response_metadata", message.Object("response_metadata").Rest(extras, "messages.response_metadata."));
        AddRest(more, "additional_kwargs", message.Object("additional_kwargs").Rest(extras, "messages.additional_kwargs."));
        AnthropicBlocks.AddExtra(more, message.Rest(extras, "messages."));
    }

    private static void AddRest(JsonObject more, string name, JsonObject? rest)
    {
        if (rest is not null)
        {
            AnthropicBlocks.AddExtra(more, new JsonObject { [name] = rest });
        }
    }
}
