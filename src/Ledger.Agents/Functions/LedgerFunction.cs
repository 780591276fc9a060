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
                return new CallResponse(ToolResultForm.Write(result, JsonSerializerOptions)) { Terminates = invocation?.Terminate == true };
            },
            OptionsOf(invocation?.CallContent),
            cancellationToken).ConfigureAwait(false);
        if (answer.Terminates && invocation is not null)
        {
            invocation.Terminate = true;
        }

        return ToolResultForm.Read(answer.Response);
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
