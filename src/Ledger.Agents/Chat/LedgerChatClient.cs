using System.Runtime.CompilerServices;
using Ledger.Agents.Functions;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Chat;

/// <summary>Records the calls of a model in a run, and answers them from it.</summary>
internal sealed class LedgerChatClient(IChatClient inner, Run run, CallOptions? options) : DelegatingChatClient(inner)
{
    private const string Kind = "llm";

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IReadOnlyList<ChatMessage> asked = [.. messages];
        var answer = await run.CallAsync(
            Kind,
            ChatRequestForm.Of(asked, options),
            async (_, token) => ChatResponseForm.Of(await base.GetResponseAsync(asked, Recorded(options), token).ConfigureAwait(false)),
            Options,
            cancellationToken).ConfigureAwait(false);
        var response = ChatResponseForm.Read(answer);
        FunctionCallCauses.Note(response.Messages.SelectMany(m => m.Contents), answer.ResponseId);
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IReadOnlyList<ChatMessage> asked = [.. messages];
        var updates = run.CallStreamingAsync(
            Kind,
            ChatRequestForm.Of(asked, options),
            (_, token) => base.GetStreamingResponseAsync(asked, Recorded(options), token),
            all => ChatResponseForm.Of(all.ToChatResponse()),
            answer => ChatResponseForm.Read(answer).ToChatResponseUpdates(),
            Options,
            cancellationToken);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            yield return update;
        }
    }

    private CallOptions? Options { get; } = options;

    // A client inside that calls the functions itself is given those that are recorded.
    private ChatOptions? Recorded(ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools || InnerClient.GetService<FunctionInvokingChatClient>() is null)
        {
            return options;
        }

        var recorded = options.Clone();
        recorded.Tools = [.. tools.Select(t => t is AIFunction function ? function.UseLedger(run) : t)];
        return recorded;
    }
}
