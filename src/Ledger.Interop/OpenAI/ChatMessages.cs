using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenAI;

/// <summary>Makes events of messages in the form of OpenAI's Chat Completions.</summary>
internal sealed class ChatMessages(Conversation conversation, Extras extras)
{
    // What models and the libraries between add to an answer.
    private static readonly string[] OfAnswers =
        ["usage", "refusal", "reasoning", "reasoning_content", "reasoning_details", "thinking_blocks", "annotations", "audio", "provider_specific_fields", "finish_reason"];

    /// <summary>Adds a message.</summary>
    /// <param name="place">Its id and time.</param>
    /// <param name="message">The message.</param>
    /// <param name="more">What else its event has; null for nothing.</param>
    /// <param name="costUsd">What it cost, if it is an answer.</param>
    public void Add(Place place, Fields message, JsonObject? more = null, decimal? costUsd = null)
    {
        more ??= [];
        switch (message.Peek("role"))
        {
            case "assistant":
                AddAnswer(place, message, more, costUsd);
                break;
            case "tool" or "function":
                AddResult(place, message, more);
                break;
            default:
                AddMessage(place, message, more);
                break;
        }
    }

    private void AddAnswer(Place place, Fields message, JsonObject more, decimal? costUsd)
    {
        message.Skip("role");
        var content = message.Any("content");
        if (Content.PartsOf(content) is { } parts)
        {
            more["content"] = parts;
        }

        foreach (var name in OfAnswers)
        {
            if (RecordedJson.SaysSomething(message.Json.Member(name)))
            {
                more.TryAdd(name, message.Any(name).ToNode());
            }
        }

        var calls = message.List("tool_calls") ?? [];
        var old = message.Json.Member("function_call").ValueKind == JsonValueKind.Object ? message.Object("function_call") : null;
        var (author, model) = (message.Text("name"), message.Text("model"));
        if (author is not null)
        {
            more["name"] = author;
        }

        AnthropicBlocks.AddExtra(more, message.Rest(extras, "messages."));
        conversation.Answer(place, new RecordedAnswer(Content.TextOf(content), model, costUsd, more));
        for (var i = 0; i < calls.Count; i++)
        {
            AddCall(place.Of("call", i) with { Causes = [place.Id] }, new Fields(calls[i]));
        }

        if (old is not null)
        {
            var (tool, arguments, extra) = (old.Text("name"), old.Any("arguments"), new JsonObject());
            AnthropicBlocks.AddExtra(extra, old.Rest(extras, "messages.function_call."));
            conversation.Call(place.Of("call", calls.Count) with { Causes = [place.Id] }, tool, arguments, null, extra);
        }
    }

    private void AddCall(Place place, Fields call)
    {
        if (call.Json.ValueKind != JsonValueKind.Object)
        {
            extras.Add("messages.tool_calls that are no objects");
            conversation.Call(place, null, call.Json, null);
            return;
        }

        var more = new JsonObject();
        var function = call.Object(call.Json.Member("function").ValueKind == JsonValueKind.Object ? "function" : "custom");
        var tool = function.Text("name") ?? call.Text("name");
        var arguments = function.Any("arguments") is { ValueKind: not JsonValueKind.Undefined } own ? own
            : function.Any("input") is { ValueKind: not JsonValueKind.Undefined } custom ? custom
            : call.Any("arguments");
        if (call.Text("type") is { } type and not "function")
        {
            more["kind"] = type;
        }

        var id = call.Text("id");
        call.Skip("index");
        AnthropicBlocks.AddExtra(more, call.Rest(extras, "messages.tool_calls."));
        AnthropicBlocks.AddExtra(more, function.Rest(extras, "messages.tool_calls.function."));
        conversation.Call(place, tool, arguments, id, more);
    }

    private void AddResult(Place place, Fields message, JsonObject more)
    {
        message.Skip("role");
        var (callId, content) = (message.Text("tool_call_id"), message.Any("content"));
        if (message.Text("name") is { } name)
        {
            more["name"] = name;
        }

        AnthropicBlocks.AddExtra(more, message.Rest(extras, "messages."));
        conversation.Return(place, callId, content, more);
    }

    private void AddMessage(Place place, Fields message, JsonObject more)
    {
        var told = new JsonObject { ["role"] = message.Text("role"), ["content"] = message.Any("content").ToNode() };
        if (message.Text("name") is { } name)
        {
            told["name"] = name;
        }

        AnthropicBlocks.AddExtra(told, message.Rest(extras, "messages."));
        conversation.Tell(place, told, more);
    }
}
