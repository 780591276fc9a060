using Ledger.Agents.Approvals;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>Records the approvals of functions that an application asks a person for, and answers from the log what was decided elsewhere.</summary>
public static class LedgerApprovalExtensions
{
    /// <summary>Records each <see cref="ToolApprovalRequestContent"/> that the client inside returns as <c>approval.requested</c>, and the answer to it as <c>approval.decided</c>.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Put it outside of <c>UseFunctionInvocation()</c>, that is before it in the builder, and give that client functions in an
    /// <see cref="ApprovalRequiredAIFunction"/>. With <see cref="ApprovalPolicy.Required"/> among the options of a recorded function inside, it is not called without an
    /// approval in the log, whatever messages say.</item>
    /// <item>A decision counts for the function and its very arguments, by their hash. An answer for a call that was not asked for, or whose arguments were changed, is
    /// refused with an <see cref="ArgumentException"/>; the model and the function are not called.</item>
    /// <item>An approval is good for one call, unless <see cref="ApprovalOptions.GoodFor"/> says otherwise: of two identical calls in one answer of the model the second is asked for again.</item>
    /// <item>A request that was denied elsewhere, such as by <c>ledger approvals</c>, is refused with an <see cref="ApprovalDeniedException"/> if it is answered with an
    /// approval; see <see cref="GetDecisionsAsync"/>.</item>
    /// <item>A request that is shown again after a decision, under another id, is asked for again, and the answer to it counts from then on. The same
    /// holds for an answer to a request whose decision is older than <see cref="ApprovalOptions.ValidFor"/>.</item>
    /// </list>
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="run">The run or branch; the same that its functions are recorded in.</param>
    /// <param name="by">Who decides: the person that the application asks.</param>
    public static ChatClientBuilder UseLedgerApprovals(this ChatClientBuilder builder, Run run, string by)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        return builder.Use(inner => new ApprovalChatClient(inner, run, by));
    }

    /// <summary>The answers to requests for approval that were decided on, here or elsewhere; those that wait, and decisions that are too old, are left out.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="asked">The requests, as the client returned them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<IReadOnlyList<ToolApprovalResponseContent>> GetDecisionsAsync(
        this Run run, IEnumerable<ToolApprovalRequestContent> asked, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(asked);
        var answers = new List<ToolApprovalResponseContent>();
        foreach (var request in asked)
        {
            if (ApprovalForm.RequestOf(request.ToolCall, null) is not var (key, _))
            {
                continue;
            }

            // How the function's own JSON options write its arguments is in the log, and not known here.
            var askedAs = ApprovalForm.AskedAs(request.RequestId);
            if (await run.FindShownAsync(askedAs, cancellationToken).ConfigureAwait(false) is { } shown && ApprovalForm.IsOf(shown, request.ToolCall))
            {
                key = new CallKey(shown.Kind, shown.RequestHash);
            }

            if (await run.FindApprovalAsync(key, askedAs, cancellationToken).ConfigureAwait(false) is ({ Decision: { } decision } approval, _))
            {
                answers.Add(request.CreateResponse(decision == ApprovalDecision.Approved, approval.Reason));
            }
        }

        return answers;
    }
}
