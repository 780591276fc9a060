using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Functions;

/// <summary>A function whose calls are recorded in a run, and answered from it.</summary>
internal sealed class LedgerFunction(AIFunction inner, Run run, CallOptions? options) : DelegatingAIFunction(inner)
{
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var answer = await run.CallAsync(
            "tool",
            RequestOf(arguments),
            async (context, token) =>
            {
                var given = new AIFunctionArguments(arguments, StringComparer.Ordinal)
                {
                    Services = arguments.Services,
                    Context = new Dictionary<object, object?>(arguments.Context ?? new Dictionary<object, object?>()) { [LedgerFunctionExtensions.ContextKey] = context },
                };
                var result = await base.InvokeCoreAsync(given, token).ConfigureAwait(false);
                return new CallResponse(AgentJson.ToElement(result, JsonSerializerOptions));
            },
            OptionsOf(FunctionInvokingChatClient.CurrentContext?.CallContent),
            cancellationToken).ConfigureAwait(false);
        return answer.Response;
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
            named[name] = JsonNode.Parse(AgentJson.ToElement(value, JsonSerializerOptions).GetRawText());
        }

        var request = new JsonObject { ["tool"] = Name, ["arguments"] = named };
        return JsonSerializer.SerializeToElement(request, AgentJson.Options.GetTypeInfo(typeof(JsonObject)));
    }
}
