using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Functions;

/// <summary>Calls functions as calls of a run.</summary>
internal static class RecordedFunction
{
    /// <summary>Calls a function, or answers from the log.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="function">What is called; its name is recorded.</param>
    /// <param name="arguments">With what; the function finds its <see cref="CallContext"/> in them.</param>
    /// <param name="options">How calls are answered and repeated; null for the defaults.</param>
    /// <param name="invocation">The call that a model asked for; null outside of a client that calls functions.</param>
    /// <param name="invoke">Calls the function with the arguments.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async ValueTask<object?> InvokeAsync(
        Run run,
        AIFunction function,
        AIFunctionArguments arguments,
        CallOptions? options,
        FunctionInvocationContext? invocation,
        Func<CancellationToken, ValueTask<object?>> invoke,
        CancellationToken cancellationToken)
    {
        var json = function.JsonSerializerOptions;
        var answer = await run.CallAsync(
            "tool",
            ToolRequestForm.Of(function.Name, arguments, json),
            async (context, token) =>
            {
                arguments.Context ??= new Dictionary<object, object?>();
                arguments.Context[LedgerFunctionExtensions.ContextKey] = context;
                var result = await invoke(token).ConfigureAwait(false);
                return new CallResponse(ToolResultForm.Write(result, json)) { Terminates = invocation?.Terminate == true };
            },
            OptionsOf(options, invocation?.CallContent, ToolRequestForm.IsWhole(arguments, json)),
            cancellationToken).ConfigureAwait(false);
        if (answer.Terminates && invocation is not null)
        {
            invocation.Terminate = true;
        }

        return ToolResultForm.Read(answer.Response);
    }

    // The calls of one answer all follow from it, also when they are made one after the other.
    private static CallOptions? OptionsOf(CallOptions? options, FunctionCallContent? called, bool isWhole)
    {
        if (!isWhole)
        {
            // Other arguments of the same type are another call, whatever the log has for these.
            options = (options ?? new CallOptions()) with { Reuse = options?.Reuse is null or CallReuse.ByOccurrence ? CallReuse.ByOccurrence : CallReuse.Never };
        }

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
