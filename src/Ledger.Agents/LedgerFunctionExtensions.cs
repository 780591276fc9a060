using Ledger.Agents.Functions;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>Records the calls of functions in a run, and answers them from it.</summary>
public static class LedgerFunctionExtensions
{
    /// <summary>A function whose calls are recorded as <c>tool.called</c> and <c>tool.returned</c>, with the answers that led to them as causes.</summary>
    /// <remarks>
    /// Its result is the JSON of what the function inside returns, whether the function was called or the log answered. By default the n-th identical call
    /// of an agent has the n-th recorded answer (<see cref="CallReuse.ByOccurrence"/>). Arguments without a JSON form, such as a stream, are recorded by their type; such a
    /// call is answered by its number at most. The inner function finds the <see cref="CallContext"/>, with the key by
    /// which its own callee can recognise a repetition, in its arguments' <c>Context</c> under <see cref="ContextKey"/>.
    /// </remarks>
    /// <param name="function">The function.</param>
    /// <param name="run">The run or branch; a handle stands for one agent.</param>
    /// <param name="options">How calls are answered and repeated; null for the defaults of tools.</param>
    public static AIFunction UseLedger(this AIFunction function, Run run, CallOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(run);
        return function is LedgerFunction recorded ? recorded.For(run, options) : new LedgerFunction(function, run, options);
    }

    /// <summary>The key in <see cref="AIFunctionArguments.Context"/> under which a recorded function finds its <see cref="CallContext"/>.</summary>
    public static object ContextKey { get; } = typeof(CallContext);
}
