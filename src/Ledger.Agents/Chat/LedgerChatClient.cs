using System.Runtime.CompilerServices;
using Ledger.Agents.Functions;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Chat;

/// <summary>Records the calls of a model in a run, and answers them from it.</summary>
internal sealed class LedgerChatClient(IChatClient inner, Run run, CallOptions? recordedAs) : DelegatingChatClient(inner)
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
            OptionsFor(options),
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
        var calls = new List<FunctionCallContent>();
        var responseId = Guid.Empty;
        var updates = run.CallStreamingAsync(
            Kind,
            ChatRequestForm.Of(asked, options),
            (_, token) => base.GetStreamingResponseAsync(asked, Recorded(options), token),
            all => ChatResponseForm.Of(all.ToChatResponse()),
            answer => ChatResponseForm.Read(answer).ToChatResponseUpdates(),
            OptionsFor(options),
            CopyOf,
            answer => responseId = answer.ResponseId,
            cancellationToken);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            calls.AddRange(update.Contents.OfType<FunctionCallContent>());
            yield return update;
        }

        FunctionCallCauses.Note(calls, responseId);
    }

    // What polls for a response that the model still works on must be asked each time.
    private CallOptions? OptionsFor(ChatOptions? asked) => asked is { ContinuationToken: not null } or { AllowBackgroundResponses: true }
        ? (recordedAs ?? new CallOptions()) with { Reuse = CallReuse.Never }
        : recordedAs;

    // Readers change the contents of an update: one that calls functions replaces calls that need an approval.
    private static ChatResponseUpdate CopyOf(ChatResponseUpdate update)
    {
        var copy = update.Clone();
        copy.Contents = [.. update.Contents];
        return copy;
    }

    // A client inside that calls the functions itself is given those that are recorded.
    private ChatOptions? Recorded(ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools || InnerClient.GetService<FunctionInvokingChatClient>() is null)
        {
            return options;
        }

        var recorded = options.Clone();
        recorded.Tools = [.. tools.Select(t => t is AIFunction function && function.GetService<LedgerFunction>() is null ? function.UseLedger(run) : t)];
        return recorded;
    }
}
