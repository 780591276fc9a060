using Ledger.Agents.Functions;
using Ledger.Runs;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>Records the functions that an agent of the Agent Framework calls, wherever they come from.</summary>
public static class LedgerAgentBuilderExtensions
{
    /// <summary>Middleware that records each function call of an agent as <c>tool.called</c> and <c>tool.returned</c>, or answers it from the log: also those of
    /// functions that a context provider or the options of a run add.</summary>
    /// <remarks>
    /// As <see cref="LedgerFunctionExtensions.UseLedger(AIFunction, Run, CallOptions?)"/> for each function. One that is recorded already is recorded once, where
    /// and how that says; if there are other options for it here, its call fails. The agent's chat client has to call the functions itself, as that of <see cref="ChatClientAgent"/> does.
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="run">The run or branch; a handle stands for one agent.</param>
    /// <param name="options">How the calls of a function are answered and repeated, and which need approval, by the function; null, as its result, for the
    /// defaults of tools.</param>
    public static AIAgentBuilder UseLedgerFunctions(this AIAgentBuilder builder, Run run, Func<AIFunction, CallOptions?>? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(run);
        return builder.Use((_, invocation, next, cancellationToken) =>
        {
            var function = invocation.Function;
            var wanted = options?.Invoke(function);
            if (function.GetService<LedgerFunction>() is not { } recorded)
            {
                return RecordedFunction.InvokeAsync(
                    run, function, invocation.Arguments, wanted, invocation, token => next(invocation, token), cancellationToken);
            }

            return wanted is null || wanted == recorded.Options
                ? next(invocation, cancellationToken)
                : throw new InvalidOperationException(
                    $"The function '{function.Name}' was not called: it is recorded by its own UseLedger, and UseLedgerFunctions has other options for it. "
                    + "Give it those, or leave it to UseLedgerFunctions alone.");
        });
    }
}
