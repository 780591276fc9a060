using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenAI;

/// <summary>Makes events of the items of OpenAI's Responses, which Codex keeps too: messages, reasoning, calls and their outputs.</summary>
/// <remarks>
/// What a model returned at once, such as reasoning, a message and calls, is one answer. So the items of an answer are held until its usage, or
/// anything else, follows.
/// </remarks>
internal sealed class ResponseItems(Conversation conversation, Extras extras)
{
    // The arguments of a call, by the kind of its tool.
    private static readonly string[] OfArguments = ["arguments", "input", "action", "query", "queries", "code"];

    private readonly List<(Place Place, Fields Item)> _held = [];

    /// <summary>Whether items of an answer are held.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>The texts said last, which some tools write a second time.</summary>
    public Queue<string> LastTexts { get; } = new();

    /// <summary>Whether an item is one that this makes events of.</summary>
    public static bool IsItem(JsonElement item) => item.Text("type") is { } type
        ? type is "message" or "reasoning" || type.EndsWith("_call", StringComparison.Ordinal) || type.EndsWith("_call_output", StringComparison.Ordinal)
        : item.Text("role") is not null;

    /// <summary>Adds the next item.</summary>
    public void Add(Place place, JsonElement json)
    {
        var item = new Fields(json);
        var type = json.Text("type") ?? "message";
        if (type.EndsWith("_output", StringComparison.Ordinal))
        {
            Release(null);
            AddOutput(place, item);
        }
        else if (type == "message" && json.Text("role") != "assistant" && json.Text("role") is not null)
        {
            Release(null);
            AddMessage(place, item);
        }
        else
        {
            // A second message is a second answer.
            if (type == "message" && _held.Exists(held => held.Item.Json.Text("type") is null or "message"))
            {
                Release(null);
            }

            _held.Add((place, item));
            Note(Content.TextOf(json.Member("content")));
            foreach (var summary in json.Items("summary"))
            {
                Note(summary.Text("text"));
            }
        }
    }

    /// <summary>Adds the answer whose items are held.</summary>
    /// <param name="more">What else it has, such as its usage; null for nothing.</param>
    public void Release(JsonObject? more)
    {
        if (_held.Count == 0)
        {
            return;
        }

        more ??= [];
        var message = _held.Find(held => held.Item.Json.Text("type") is null or "message");
        var reasoning = _held.Where(held => held.Item.Json.Text("type") == "reasoning").ToList();
        string? text = null;
        if (message.Item is { } said)
        {
            said.Skip("type", "role");
            var content = said.Any("content");
            text = Content.TextOf(content);
            if (Content.PartsOf(content) is { } parts)
            {
                more["content"] = parts;
            }

            foreach (var name in new[] { "id", "status", "phase" })
            {
                if (said.Text(name) is { } value)
                {
                    more[name == "id" ? "message_id" : name] = value;
                }
            }

            AnthropicBlocks.AddExtra(more, said.Rest(extras, "message."));
        }

        if (reasoning.Count > 0)
        {
            more["reasoning"] = new JsonArray([.. reasoning.Select(r => WithoutType(r.Item.Json))]);
        }

        var first = _held[0].Place;
        conversation.Answer(first, new RecordedAnswer(text, More: more));
        foreach (var (place, item) in _held.Where(held => held.Item.Json.Text("type") is not (null or "message" or "reasoning")))
        {
            AddCall(place with { Id = place.Id == first.Id ? $"{place.Id}.call" : place.Id, Causes = [first.Id] }, item);
        }

        _held.Clear();
    }

    private void AddMessage(Place place, Fields item)
    {
        var content = item.Any("content");
        var message = new JsonObject { ["role"] = item.Text("role"), ["content"] = content.ToNode() };
        item.Skip("type");
        Note(Content.TextOf(content));
        AnthropicBlocks.AddExtra(message, item.Rest(extras, "message."));
        conversation.Tell(place, message);
    }

    private void AddCall(Place place, Fields item)
    {
        var type = item.Text("type")!;
        var arguments = Array.Find(OfArguments, name => RecordedJson.SaysSomething(item.Json.Member(name)));
        var read = arguments is null ? default : item.Any(arguments);
        var tool = item.Text("name") ?? (type.EndsWith("_call", StringComparison.Ordinal) ? type[..^5] : type);
        var more = new JsonObject();
        if (type != "function_call")
        {
            more["kind"] = type;
        }

        var (callId, itemId) = (item.Text("call_id"), item.Text("id"));
        if (itemId is not null && callId is not null)
        {
            more["item_id"] = itemId;
        }

        if (item.Text("status") is { } status)
        {
            more["status"] = status;
        }

        AnthropicBlocks.AddExtra(more, item.Rest(extras, $"{type}."));
        conversation.Call(place, tool, read, callId ?? itemId, more);
    }

    private void AddOutput(Place place, Fields item)
    {
        var type = item.Text("type")!;
        var (callId, output) = (item.Text("call_id"), item.Any("output"));
        var more = new JsonObject();
        if (type != "function_call_output")
        {
            more["kind"] = type;
        }

        // Newer tools write JSON in text, with the text that the model saw in one member.
        if (output.Member("success").ValueKind == JsonValueKind.False)
        {
            more["error"] = Content.TextOf(output.Member("content")) ?? "error";
        }

        AnthropicBlocks.AddExtra(more, item.Rest(extras, $"{type}."));
        conversation.Return(place, callId, output, more);
    }

    private static JsonNode? WithoutType(JsonElement json)
    {
        var node = json.ToNode();
        (node as JsonObject)?.Remove("type");
        return node;
    }

    private void Note(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        LastTexts.Enqueue(text);
        if (LastTexts.Count > 16)
        {
            LastTexts.Dequeue();
        }
    }
}
