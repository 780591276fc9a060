using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Functions;

/// <summary>A function whose calls are recorded in a run, and answered from it.</summary>
internal sealed class LedgerFunction(AIFunction inner, Run run, CallOptions? options) : DelegatingAIFunction(inner)
{
    /// <summary>The same function, recorded in a run.</summary>
    public LedgerFunction For(Run other, CallOptions? otherOptions) =>
        other == run && (otherOptions is null || otherOptions == options) ? this : new LedgerFunction(InnerFunction, other, otherOptions ?? options);

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var answer = await run.CallAsync(
            "tool",
            RequestOf(arguments),
            async (context, token) =>
            {
                arguments.Context ??= new Dictionary<object, object?>();
                arguments.Context[LedgerFunctionExtensions.ContextKey] = context;
                return new CallResponse(JsonOf(await base.InvokeCoreAsync(arguments, token).ConfigureAwait(false)));
            },
            OptionsOf(FunctionInvokingChatClient.CurrentContext?.CallContent),
            cancellationToken).ConfigureAwait(false);
        return ResultOf(answer.Response);
    }

    // An image and the like stays what it is, live and from the log: the model is shown it.
    private JsonElement JsonOf(object? result) => result switch
    {
        AIContent content => AgentJson.ToElement<AIContent>(content),
        IEnumerable<AIContent> contents => AgentJson.ToElement<IList<AIContent>>([.. contents]),
        _ => AgentJson.ToElement(result, JsonSerializerOptions),
    };

    private static object? ResultOf(JsonElement json)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.Object when json.TryGetProperty("$type", out _) => AgentJson.Read<AIContent>(json),
                JsonValueKind.Array when json.GetArrayLength() > 0
                    && json.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Object && i.TryGetProperty("$type", out _)) => AgentJson.Read<IList<AIContent>>(json),
                _ => json,
            };
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            return json;
        }
    }

    // The calls of one answer all follow from it, also when they are made one after the other.
    private CallOptions? OptionsOf(FunctionCallContent? called) =>
        called is not null && FunctionCallCauses.Of(called) is { } cause && (options ?? new CallOptions()) is { Metadata.Causes.Count: 0 } own
            ? own with { Metadata = own.Metadata with { Causes = [cause] } }
            : options;

    private JsonElement RequestOf(AIFunctionArguments arguments)
    {
        var named = new JsonObject();
        foreach (var (name, value) in arguments.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            named[name] = NodeOf(value);
        }

        return AgentJson.Storable(new JsonObject { ["tool"] = Name, ["arguments"] = named });
    }

    // An argument without a JSON form, such as a stream, is named by its type.
    private JsonNode? NodeOf(object? value)
    {
        try
        {
            return JsonNode.Parse(AgentJson.ToElement(value, JsonSerializerOptions).GetRawText());
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            return JsonValue.Create($"<{value!.GetType().Name}>");
        }
    }
}
