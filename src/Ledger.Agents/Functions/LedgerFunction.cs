using System.Text.Json;
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
        var invocation = FunctionInvokingChatClient.CurrentContext;
        var answer = await run.CallAsync(
            "tool",
            ToolRequestForm.Of(Name, arguments, JsonSerializerOptions),
            async (context, token) =>
            {
                arguments.Context ??= new Dictionary<object, object?>();
                arguments.Context[LedgerFunctionExtensions.ContextKey] = context;
                var result = await base.InvokeCoreAsync(arguments, token).ConfigureAwait(false);
                return new CallResponse(JsonOf(result)) { Terminates = invocation?.Terminate == true };
            },
            OptionsOf(invocation?.CallContent),
            cancellationToken).ConfigureAwait(false);
        if (answer.Terminates && invocation is not null)
        {
            invocation.Terminate = true;
        }

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
    private CallOptions? OptionsOf(FunctionCallContent? called)
    {
        if (called is null)
        {
            return options;
        }

        var own = (options ?? new CallOptions()) with { ToolCallId = called.CallId };
        return own.Metadata.Causes.Count == 0 && FunctionCallCauses.Of(called) is { } cause
            ? own with { Metadata = own.Metadata with { Causes = [cause] } }
            : own;
    }
}
