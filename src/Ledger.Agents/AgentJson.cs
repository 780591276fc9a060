using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>How messages, responses and arguments become JSON, and are read again.</summary>
internal static class AgentJson
{
    /// <summary>Those of Microsoft.Extensions.AI; a database may return the members of an object in another order.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static JsonElement ToElement<T>(T value) => JsonSerializer.SerializeToElement(value, Options.GetTypeInfo(typeof(T)));

    public static JsonElement ToElement(object? value, JsonSerializerOptions options) => value is JsonElement json
        ? json
        : JsonSerializer.SerializeToElement(value, options.GetTypeInfo(value?.GetType() ?? typeof(object)));

    public static T? Read<T>(JsonElement json) => (T?)json.Deserialize(Options.GetTypeInfo(typeof(T)));

    /// <summary>A message as JSON with its properties, as far as it has a JSON form.</summary>
    public static JsonObject WholeNodeOf(ChatMessage message)
    {
        try
        {
            return JsonSerializer.SerializeToNode(message, Options.GetTypeInfo(typeof(ChatMessage)))!.AsObject();
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            return NodeOf(message);
        }
    }

    /// <summary>A message as JSON. Contents and properties that have none, such as those of a foreign type, are left out.</summary>
    public static JsonObject NodeOf(ChatMessage message)
    {
        var plain = message.Clone();
        plain.AdditionalProperties = null;
        try
        {
            return JsonSerializer.SerializeToNode(plain, Options.GetTypeInfo(typeof(ChatMessage)))!.AsObject();
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            plain.Contents = [.. message.Contents.Select(WithJson).OfType<AIContent>()];
            return JsonSerializer.SerializeToNode(plain, Options.GetTypeInfo(typeof(ChatMessage)))!.AsObject();
        }
    }

    /// <summary>JSON in the nearest form that can be stored: a request is recorded, and recognized, by it.</summary>
    public static JsonElement Storable(JsonObject json) => Storable(json, out _);

    /// <summary>JSON in the nearest form that can be stored, and what was changed; null for nothing.</summary>
    public static JsonElement Storable(JsonObject json, out AlteredAnswer? altered)
    {
        altered = null;
        var element = JsonSerializer.SerializeToElement(json, Options.GetTypeInfo(typeof(JsonObject)));
        if (!StorableAnswer.IsStorable(element))
        {
            (element, altered) = StorableAnswer.Of(element);
        }

        return element;
    }

    /// <summary>Whether the JSON of a message has a content, though it may lack properties that have no JSON form.</summary>
    public static bool IsWhole(AIContent content) => HasJsonAlways(content) || WithJson(content) is not null;

    // What is shown to a model mostly; the others are written to see.
    private static bool HasJsonAlways(AIContent content) =>
        content is TextContent or TextReasoningContent
        || (content is DataContent or UriContent or UsageContent or HostedFileContent && content.AdditionalProperties is null && content.GetType().Assembly == typeof(AIContent).Assembly);

    private static AIContent? WithJson(AIContent content)
    {
        if (HasJson(content))
        {
            return content;
        }

        AIContent? bare = content switch
        {
            TextContent text => new TextContent(text.Text),
            TextReasoningContent reasoning => new TextReasoningContent(reasoning.Text),
            FunctionCallContent call => new FunctionCallContent(call.CallId, call.Name, call.Arguments),
            FunctionResultContent result => new FunctionResultContent(result.CallId, result.Result),
            _ => null,
        };
        return bare is not null && HasJson(bare) ? bare : null;
    }

    private static bool HasJson(AIContent content)
    {
        try
        {
            JsonSerializer.SerializeToElement(content, Options.GetTypeInfo(typeof(AIContent)));
            return true;
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { AllowOutOfOrderMetadataProperties = true, WriteIndented = false };
        options.MakeReadOnly();
        return options;
    }
}
