using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Approvals;

/// <summary>Records what a client inside asks approval for, and what was answered.</summary>
internal sealed class ApprovalChatClient(IChatClient inner, Run run, string by) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IReadOnlyList<ChatMessage> asked = [.. messages];
        await DecideAsync(asked, options, cancellationToken).ConfigureAwait(false);
        var response = await base.GetResponseAsync(asked, options, cancellationToken).ConfigureAwait(false);
        await AskAsync(response.Messages.SelectMany(m => m.Contents), options, cancellationToken).ConfigureAwait(false);
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IReadOnlyList<ChatMessage> asked = [.. messages];
        await DecideAsync(asked, options, cancellationToken).ConfigureAwait(false);
        await foreach (var update in base.GetStreamingResponseAsync(asked, options, cancellationToken).ConfigureAwait(false))
        {
            await AskAsync(update.Contents, options, cancellationToken).ConfigureAwait(false);
            yield return update;
        }
    }

    private async Task AskAsync(IEnumerable<AIContent> contents, ChatOptions? options, CancellationToken cancellationToken)
    {
        foreach (var asked in contents.OfType<ToolApprovalRequestContent>())
        {
            if (ApprovalForm.RequestOf(asked.ToolCall, options) is var (key, request))
            {
                var metadata = new EventMetadata { Causes = run.Answers.Present };
                var shownAs = ApprovalForm.AskedAs(asked.RequestId);
                await run.AskApprovalAsync(key, request, metadata, shownAs, run.NextCallOf(key), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task DecideAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var contents = messages.SelectMany(m => m.Contents).ToList();
        for (var i = 0; i < contents.Count; i++)
        {
            // A conversation has answers to calls that were made since; some providers give the next call the same id again.
            if (contents[i] is not ToolApprovalResponseContent answer
                || ApprovalForm.RequestOf(answer.ToolCall, options) is not var (key, request)
                || contents.Skip(i + 1).OfType<FunctionResultContent>().Any(result => result.CallId == answer.ToolCall.CallId))
            {
                continue;
            }

            var (valid, last) = await run.FindApprovalAsync(key, ApprovalForm.AskedAs(answer.RequestId), cancellationToken).ConfigureAwait(false);
            if (last is null)
            {
                throw new ArgumentException(
                    $"'{run.StreamName}' did not ask for approval of the call that '{answer.RequestId}' answers, or asked with other arguments: {request.GetRawText()}. Nothing was called.",
                    nameof(messages));
            }

            if (valid?.Decision == ApprovalDecision.Denied && answer.Approved)
            {
                throw new ApprovalDeniedException(run.StreamName, valid);
            }

            // An earlier request that was answered, before the user was asked again, stays as it was answered.
            var isOpen = valid?.Decision is null || (valid.Decision == ApprovalDecision.Approved && !answer.Approved && valid.Id == last.Id);
            if (isOpen)
            {
                await run.DecideAsync(
                    last.Id, answer.Approved ? ApprovalDecision.Approved : ApprovalDecision.Denied, by, answer.Reason, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
