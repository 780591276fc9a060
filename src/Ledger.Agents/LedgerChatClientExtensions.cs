using Ledger.Agents.Chat;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>Puts a run under a chat client: what the model is asked and answers is recorded, and answered from the log when it is asked again.</summary>
public static class LedgerChatClientExtensions
{
    /// <summary>The name in <see cref="ChatOptions.AdditionalProperties"/> under which settings made by <see cref="ChatOptions.RawRepresentationFactory"/> are named.</summary>
    /// <remarks>The value, JSON, is a part of the recorded request, and the client inside does not get it. A factory without it is refused, because a recorded answer
    /// could then be used for other settings.</remarks>
    public const string RawSettings = "ledger.raw_settings";

    /// <summary>Records each call of the client inside as <c>llm.request</c> and <c>llm.response</c>, by <see cref="Run.CallAsync(string, System.Text.Json.JsonElement, Func{CallContext, CancellationToken, Task{CallResponse}}, CallOptions?, CancellationToken)"/>.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Two requests are the same when messages (without ids and times), instructions, settings, response format and tools with their schemas are.
    /// Streaming makes no difference: a streamed answer is also used for a call without streaming, and vice versa.</item>
    /// <item>A request with a content that has no JSON form, such as one of the application's own type, is recorded without it, and the model is asked each time. Credentials of tools
    /// that the provider runs, such as headers, are not recorded, and do not tell requests apart.</item>
    /// <item>Put it inside <c>UseFunctionInvocation()</c>, that is after it in the builder, to record each call of the model separately; pass recorded
    /// functions to that client (<see cref="LedgerFunctionExtensions.UseLedger(AIFunction, Run, CallOptions?)"/>). Outside of it, the whole exchange is one
    /// call, and the functions are part of it.</item>
    /// <item>A streamed answer passes through as it arrives and is recorded at its end. If the reader stops early or the stream breaks off, the call has
    /// failed.</item>
    /// </list>
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="run">The run or branch; a handle stands for one agent.</param>
    /// <param name="options">How calls are answered and repeated; null for the defaults of models: the same request has the same answer.</param>
    public static ChatClientBuilder UseLedger(this ChatClientBuilder builder, Run run, CallOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(run);
        return builder.Use(inner => new LedgerChatClient(inner, run, options));
    }
}
