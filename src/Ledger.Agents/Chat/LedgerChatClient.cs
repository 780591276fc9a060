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
            async (_, token) => ChatResponseForm.Of(await base.GetResponseAsync(asked, Recorded(options), token).ConfigureAwait(false), Provider),
            OptionsFor(asked, options),
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
            all => ChatResponseForm.Of(all.ToChatResponse(), Provider),
            answer => ChatResponseForm.Read(answer).ToChatResponseUpdates(),
            OptionsFor(asked, options),
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

    private string? Provider => InnerClient.GetService<ChatClientMetadata>()?.ProviderName;

    private CallOptions OptionsFor(IReadOnlyList<ChatMessage> messages, ChatOptions? asked)
    {
        var own = (recordedAs ?? new CallOptions()) with { Provider = Provider };

        // What polls for a response that the model still works on must be asked each time, and what differs in something that cannot be recorded is another question.
        return asked is { ContinuationToken: not null } or { AllowBackgroundResponses: true } || !ChatRequestForm.IsWhole(messages)
            ? own with { Reuse = CallReuse.Never }
            : own;
    }

    // Readers change the contents of an update: one that calls functions replaces calls that need an approval.
    private static ChatResponseUpdate CopyOf(ChatResponseUpdate update)
    {
        var copy = update.Clone();
        copy.Contents = [.. update.Contents];
        return copy;
    }

    // A client inside that calls the functions itself is given those that are recorded; what names settings for the record is not for the model.
    private ChatOptions? Recorded(ChatOptions? options)
    {
        var isNamed = options?.AdditionalProperties?.ContainsKey(LedgerChatClientExtensions.RawSettings) == true;
        var calls = options?.Tools is { Count: > 0 } && InnerClient.GetService<FunctionInvokingChatClient>() is not null;
        if (options is null || (!isNamed && !calls))
        {
            return options;
        }

        var recorded = options.Clone();
        if (isNamed)
        {
            recorded.AdditionalProperties!.Remove(LedgerChatClientExtensions.RawSettings);
        }

        if (calls)
        {
            recorded.Tools = [.. options.Tools!.Select(t => t is AIFunction function && function.GetService<LedgerFunction>() is null ? function.UseLedger(run) : t)];
        }

        return recorded;
    }
}
