using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Chat;

/// <summary>The request to a model as it is recorded: what the answer depends on, and nothing that differs from time to time.</summary>
/// <remarks>
/// <para>Of a message its role, author and contents; of the options the instructions, the settings of the model, the response format, and the
/// tools with their schemas. Ids and times of messages are left out. The ids of function calls, which providers invent, become <c>call-1</c>,
/// <c>call-2</c> in the order of the messages, so that they still tell calls apart.</para>
/// <para>Additional properties count where they have a JSON form.</para>
/// </remarks>
internal static class ChatRequestForm
{
    private static readonly string[] OfMessage = ["role", "authorName", "contents", "additionalProperties"];

    public static JsonElement Of(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var request = options is null ? [] : OptionsOf(options);
        if (options?.ModelId is { } model)
        {
            request.Remove("modelId");
            request["model"] = model;
        }

        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        request["messages"] = new JsonArray([.. messages.Select(m => MessageOf(m, ids))]);
        return JsonSerializer.SerializeToElement(request, AgentJson.Options.GetTypeInfo(typeof(JsonObject)));
    }

    private static JsonObject OptionsOf(ChatOptions options)
    {
        var known = options.Clone();
        known.Tools = null;
        known.AdditionalProperties = null;
        known.ContinuationToken = null;
        known.RawRepresentationFactory = null;
        var request = JsonSerializer.SerializeToNode(known, AgentJson.Options.GetTypeInfo(typeof(ChatOptions)))!.AsObject();
        if (options.Tools is { Count: > 0 } tools)
        {
            request["tools"] = new JsonArray([.. tools.Select(ToolOf)]);
        }

        if (Additional(options.AdditionalProperties) is { Count: > 0 } additional)
        {
            request["additionalProperties"] = additional;
        }

        return request;
    }

    private static JsonObject ToolOf(AITool tool)
    {
        var described = new JsonObject { ["name"] = tool.Name };
        if (tool.Description.Length > 0)
        {
            described["description"] = tool.Description;
        }

        if (tool is AIFunctionDeclaration function)
        {
            described["parameters"] = JsonNode.Parse(function.JsonSchema.GetRawText());
        }

        return described;
    }

    private static JsonObject MessageOf(ChatMessage message, Dictionary<string, string> ids)
    {
        var plain = message.Clone();
        plain.AdditionalProperties = null;
        var all = JsonSerializer.SerializeToNode(plain, AgentJson.Options.GetTypeInfo(typeof(ChatMessage)))!.AsObject();
        var kept = new JsonObject();
        foreach (var name in OfMessage)
        {
            if (all.Remove(name, out var value) && value is not null)
            {
                kept[name] = value;
            }
        }

        if (Additional(message.AdditionalProperties) is { Count: > 0 } additional)
        {
            kept["additionalProperties"] = additional;
        }

        foreach (var content in kept["contents"]?.AsArray() ?? [])
        {
            if (content is JsonObject part && part["callId"]?.GetValue<string>() is { } id)
            {
                if (!ids.TryGetValue(id, out var number))
                {
                    ids.Add(id, number = $"call-{ids.Count + 1}");
                }

                part["callId"] = number;
            }
        }

        return kept;
    }

    private static JsonObject Additional(AdditionalPropertiesDictionary? properties)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in properties ?? [])
        {
            try
            {
                kept[name] = value is null ? null : JsonSerializer.SerializeToNode(value, AgentJson.Options.GetTypeInfo(value.GetType()));
            }
            catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException)
            {
                // An object of the application, which means nothing to a model.
            }
        }

        return kept;
    }
}
