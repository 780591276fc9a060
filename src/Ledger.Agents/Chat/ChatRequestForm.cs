using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Chat;

/// <summary>The request to a model as it is recorded: what the answer depends on, and nothing that differs from time to time.</summary>
/// <remarks>
/// <para>Of a message its role, author and contents; of the options the instructions, the settings of the model, the response format, and the
/// tools with their schemas. Ids and times of messages are left out. The ids of function calls, which providers invent, become <c>call-1</c>,
/// <c>call-2</c> in the order of the messages, so that they still tell calls apart.</para>
/// <para>Headers of tools that a provider runs, and other credentials, are recorded by their names only (<see cref="Credentials"/>).</para>
/// <para>Additional properties count where they have a JSON form. What a <see cref="ChatOptions.RawRepresentationFactory"/> sets cannot be seen: it is told by
/// <see cref="LedgerChatClientExtensions.RawSettings"/>, or refused.</para>
/// </remarks>
internal static class ChatRequestForm
{
    private const string Abstractions = "Microsoft.Extensions.AI";
    private const string AbstractionsAssembly = "Microsoft.Extensions.AI.Abstractions";

    private static readonly string[] Described = [nameof(AITool.Name), nameof(AITool.Description), nameof(AITool.AdditionalProperties)];

    // Who put a message into a conversation, and whether a call was only shown, says nothing to a model.
    private static readonly string[] Bookkeeping = ["_attribution", "informationalOnly"];

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
        return AgentJson.Storable(request);
    }

    /// <summary>Whether everything that tells a request apart from others is in its form: a content of a type without a JSON form is not.</summary>
    public static bool IsWhole(IEnumerable<ChatMessage> messages) =>
        messages.All(message => message.Contents.All(content => AgentJson.IsWhole(content) && (message.Role == ChatRole.Assistant || !IsOfAProvider(content))));

    // What a user passes through to the provider, in its own type.
    private static bool IsOfAProvider(AIContent content) => content.GetType() == typeof(AIContent) && content.RawRepresentation is not null;

    private static JsonObject OptionsOf(ChatOptions options)
    {
        if (options.RawRepresentationFactory is not null && options.AdditionalProperties?.ContainsKey(LedgerChatClientExtensions.RawSettings) != true)
        {
            throw new ArgumentException(
                $"{nameof(ChatOptions)}.{nameof(ChatOptions.RawRepresentationFactory)} makes settings that the recorded request does not show, so that the answer to other "
                + $"settings could be taken for the answer to these. Name the settings in {nameof(ChatOptions.AdditionalProperties)} under '{LedgerChatClientExtensions.RawSettings}'.",
                nameof(options));
        }

        var known = options.Clone();
        known.Tools = null;
        known.AdditionalProperties = null;
        known.ContinuationToken = null;
        known.RawRepresentationFactory = null;
        var request = JsonSerializer.SerializeToNode(known, AgentJson.Options.GetTypeInfo(typeof(ChatOptions)))!.AsObject();
        foreach (var (name, value) in request.ToList())
        {
            if (value is null or JsonArray { Count: 0 })
            {
                request.Remove(name);
            }
        }

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

    // A tool that the provider runs is told apart by its settings, and a function by what the model sees of it.
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
            if (function.ReturnJsonSchema is { } returns)
            {
                described["returns"] = JsonNode.Parse(returns.GetRawText());
            }
        }
        else
        {
            Describe(tool, described);
        }

        if (Additional(tool.AdditionalProperties) is { Count: > 0 } additional)
        {
            described["additionalProperties"] = additional;
        }

        return described;
    }

    // A trimmed program keeps the properties that it uses, and those of the tools named here.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, $"{Abstractions}.HostedCodeInterpreterTool", AbstractionsAssembly)]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, $"{Abstractions}.HostedFileSearchTool", AbstractionsAssembly)]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, $"{Abstractions}.HostedImageGenerationTool", AbstractionsAssembly)]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, $"{Abstractions}.HostedMcpServerTool", AbstractionsAssembly)]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, $"{Abstractions}.HostedToolSearchTool", AbstractionsAssembly)]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, $"{Abstractions}.HostedWebSearchTool", AbstractionsAssembly)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The properties of the tools of Microsoft.Extensions.AI are kept; of another type, those that the program uses.")]
    private static void Describe(AITool tool, JsonObject described)
    {
        described["type"] = tool.GetType().Name;
        foreach (var property in tool.GetType().GetProperties().Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && !Described.Contains(p.Name)))
        {
            if (NodeOf(() => property.GetValue(tool)) is { } value)
            {
                described[JsonNamingPolicy.CamelCase.ConvertName(property.Name)] = Credentials.Without(property.Name, value);
            }
        }
    }

    private static JsonObject MessageOf(ChatMessage message, Dictionary<string, string> ids)
    {
        var all = AgentJson.NodeOf(message);
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

        Number(kept["contents"], ids);
        return kept;
    }

    /// <summary>Numbers the ids of calls, at any depth: an approval has its call inside.</summary>
    private static void Number(JsonNode? node, Dictionary<string, string> ids)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Number(item, ids);
            }
        }
        else if (node is JsonObject part && part.ContainsKey("$type"))
        {
            foreach (var name in Bookkeeping)
            {
                part.Remove(name);
            }

            foreach (var name in new[] { "callId", "requestId" })
            {
                if (part[name] is JsonValue value && value.TryGetValue<string>(out var id))
                {
                    if (!ids.TryGetValue(id, out var number))
                    {
                        ids.Add(id, number = $"call-{ids.Count + 1}");
                    }

                    part[name] = number;
                }
            }

            foreach (var name in new[] { "toolCall", "functionCall", "call" })
            {
                Number(part[name], ids);
            }
        }
    }

    private static JsonObject Additional(IReadOnlyDictionary<string, object?>? properties)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in properties ?? new Dictionary<string, object?>())
        {
            if (!Bookkeeping.Contains(name) && (value is null || NodeOf(() => value) is not null))
            {
                kept[name] = value is null ? null : Credentials.Without(name, NodeOf(() => value));
            }
        }

        return kept;
    }

    /// <summary>A value as JSON; null for one that has none: an object of the application, which says nothing to a model.</summary>
    private static JsonNode? NodeOf(Func<object?> read)
    {
#pragma warning disable CA1031 // The property of a foreign type may throw anything.
        try
        {
            return read() is { } value ? JsonSerializer.SerializeToNode(value, AgentJson.Options.GetTypeInfo(value.GetType())) : null;
        }
        catch (Exception)
        {
            return null;
        }
#pragma warning restore CA1031
    }
}
