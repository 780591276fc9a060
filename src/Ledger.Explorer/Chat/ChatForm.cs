using System.Text.Json;

namespace Ledger.Explorer.Chat;

/// <summary>Reads messages in the forms of providers and of Microsoft.Extensions.AI; what it does not know stays JSON.</summary>
internal static class ChatForm
{
    private const int Deepest = 6;

    private static readonly string[] Told = ["content", "contents", "text", "parts"];

    /// <summary>The messages of a request: those of <c>messages</c>, <c>input</c> or <c>prompt</c>, after the system's prompt.</summary>
    public static IReadOnlyList<ChatMessage> Request(JsonElement data)
    {
        var messages = new List<ChatMessage>();
        foreach (var name in new[] { "system", "instructions" })
        {
            if (Member(data, name) is { } prompt)
            {
                messages.Add(new ChatMessage("system", [.. Parts(prompt, 0)]));
            }
        }

        foreach (var name in new[] { "messages", "input", "prompt", "contents" })
        {
            if (Member(data, name) is { } asked)
            {
                messages.AddRange(Messages(asked, "user"));
                return messages;
            }
        }

        return messages.Count > 0 || data.ValueKind != JsonValueKind.Object ? messages : [new ChatMessage("user", [Data(null, data)])];
    }

    /// <summary>The messages of a model's answer.</summary>
    public static IReadOnlyList<ChatMessage> Response(JsonElement data)
    {
        if (Member(data, "choices") is { ValueKind: JsonValueKind.Array } choices)
        {
            return [.. choices.EnumerateArray().Select(choice => Message(Member(choice, "message") ?? choice, "assistant"))];
        }

        foreach (var name in new[] { "messages", "output", "response", "message" })
        {
            if (Member(data, name) is { } answer)
            {
                return [.. Messages(answer, "assistant")];
            }
        }

        return [Message(data, "assistant")];
    }

    /// <summary>One message.</summary>
    public static ChatMessage Message(JsonElement message, string role)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return new ChatMessage(role, [.. Parts(message, 0)]);
        }

        var said = TextIn(message, "role") ?? role;
        if (TextIn(message, "type") is "function_call" or "function_call_output" or "tool_use" or "tool_result" or "reasoning")
        {
            return new ChatMessage(said, [.. Parts(message, 0)]);
        }

        var parts = new List<ChatPart>();
        if ((TextIn(message, "reasoning_content") ?? TextIn(message, "reasoning")) is { Length: > 0 } thought)
        {
            parts.Add(new ChatPart(ChatPartKind.Thought, null, thought));
        }

        foreach (var name in Told)
        {
            if (Member(message, name) is { } content)
            {
                parts.AddRange(said == "tool" ? [Result(TextIn(message, "name") ?? TextIn(message, "tool_call_id"), content)] : Parts(content, 0));
                break;
            }
        }

        if (Member(message, "tool_calls") is { ValueKind: JsonValueKind.Array } calls)
        {
            parts.AddRange(calls.EnumerateArray().Select(Call));
        }

        if (TextIn(message, "refusal") is { Length: > 0 } refusal)
        {
            parts.Add(ChatPart.Of(refusal));
        }

        return new ChatMessage(said, parts.Count > 0 ? parts : [Data(null, message)]);
    }

    /// <summary>The call of a tool by its event.</summary>
    public static ChatMessage ToolCall(JsonElement data) => new(
        "call", [new ChatPart(ChatPartKind.Call, TextIn(data, "tool") ?? TextIn(data, "name") ?? TextIn(data, "kind"), null, Member(data, "arguments") ?? Member(data, "request") ?? data)]);

    /// <summary>The answer of a tool by its event.</summary>
    public static ChatMessage ToolResult(JsonElement data) =>
        new("tool", [Result(null, Member(data, "result") ?? Member(data, "response") ?? data)]);

    private static IEnumerable<ChatMessage> Messages(JsonElement messages, string role) => messages.ValueKind == JsonValueKind.Array
        ? messages.EnumerateArray().Select(message => Message(message, role))
        : [Message(messages, role)];

    private static IEnumerable<ChatPart> Parts(JsonElement content, int depth)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return content.GetString() is { Length: > 0 } text ? [ChatPart.Of(text)] : [];
            case JsonValueKind.Null:
                return [];
            case JsonValueKind.Array when depth < Deepest:
                return content.EnumerateArray().SelectMany(part => Parts(part, depth + 1));
            case JsonValueKind.Object:
                return Part(content, depth);
            default:
                return [Data(null, content)];
        }
    }

    private static IEnumerable<ChatPart> Part(JsonElement part, int depth)
    {
        switch (TextIn(part, "type") ?? TextIn(part, "$type"))
        {
            case "tool_use" or "function_call" or "functionCall" or "tool-call":
                return [Call(part)];
            case "tool_result" or "function_call_output" or "functionResult" or "tool-result":
                return [Result(TextIn(part, "name") ?? TextIn(part, "tool_use_id") ?? TextIn(part, "call_id") ?? TextIn(part, "callId"), Member(part, "content") ?? Member(part, "output") ?? Member(part, "result") ?? part)];
            case "thinking" or "reasoning" when (TextIn(part, "thinking") ?? TextIn(part, "text") ?? TextIn(part, "summary")) is { } thought:
                return [new ChatPart(ChatPartKind.Thought, null, thought)];
            case "message" when depth < Deepest && Member(part, "content") is { } inner:
                return Parts(inner, depth + 1);
        }

        if (TextIn(part, "text") is { } text)
        {
            return text.Length > 0 ? [ChatPart.Of(text)] : [];
        }

        return Member(part, "functionCall") is { } call ? [Call(call)] : [Data(TextIn(part, "type") ?? TextIn(part, "$type"), part)];
    }

    // Arguments are often JSON in a text.
    private static ChatPart Call(JsonElement call)
    {
        var inner = Member(call, "function") ?? call;
        var arguments = Member(inner, "arguments") ?? Member(inner, "input") ?? Member(inner, "args") ?? default;
        return new ChatPart(ChatPartKind.Call, TextIn(inner, "name") ?? TextIn(inner, "tool"), null, Parsed(arguments));
    }

    private static ChatPart Result(string? title, JsonElement content)
    {
        var parts = content.ValueKind is JsonValueKind.Array ? [.. Parts(content, 0)] : Array.Empty<ChatPart>();
        if (parts.Length > 0 && parts.All(part => part.Kind == ChatPartKind.Text))
        {
            return new ChatPart(ChatPartKind.Result, title, string.Join('\n', parts.Select(part => part.Text)));
        }

        return content.ValueKind == JsonValueKind.String
            ? new ChatPart(ChatPartKind.Result, title, content.GetString())
            : new ChatPart(ChatPartKind.Result, title, null, content);
    }

    private static ChatPart Data(string? title, JsonElement data) => new(ChatPartKind.Data, title, null, data);

    private static JsonElement Parsed(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.String)
        {
            return arguments;
        }

        try
        {
            return JsonElement.Parse(arguments.GetString()!);
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    private static JsonElement? Member(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? TextIn(JsonElement data, string name) => Member(data, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
