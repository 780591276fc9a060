using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Functions;

/// <summary>A function whose calls are recorded in a run, and answered from it.</summary>
internal sealed class LedgerFunction(AIFunction inner, Run run, CallOptions? options) : DelegatingAIFunction(inner)
{
    /// <summary>How its calls are answered and repeated; null for the defaults.</summary>
    public CallOptions? Options => options;

    /// <summary>The same function, recorded in a run.</summary>
    public LedgerFunction For(Run other, CallOptions? otherOptions) =>
        other == run && (otherOptions is null || otherOptions == options) ? this : new LedgerFunction(InnerFunction, other, otherOptions ?? options);

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return RecordedFunction.InvokeAsync(
            run,
            this,
            arguments,
            options,
            FunctionInvokingChatClient.CurrentContext,
            token => base.InvokeCoreAsync(arguments, token),
            cancellationToken);
    }
}
