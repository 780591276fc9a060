using System.Text.Json;
using Ledger.Agents.Functions;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Approvals;

/// <summary>Which approval in the log belongs to the call of a function.</summary>
internal static class ApprovalForm
{
    private const string Kind = "tool";

    /// <summary>The request as its function records it; null for a call that is no function's.</summary>
    /// <param name="call">The call.</param>
    /// <param name="options">The functions that may be called; null if they are not known.</param>
    public static (CallKey Key, JsonElement Request)? RequestOf(ToolCallContent call, ChatOptions? options)
    {
        if (call is not FunctionCallContent { InformationalOnly: false } function)
        {
            return null;
        }

        var known = options?.Tools?.OfType<AIFunction>().FirstOrDefault(f => f.Name == function.Name);
        var request = ToolRequestForm.Of(function.Name, function.Arguments, known?.JsonSerializerOptions ?? AIJsonUtilities.DefaultOptions);
        return (CallKey.Of(Kind, request), request);
    }

    /// <summary>The approval of a call: the one that was asked for under its id, if it is for the same request, else the one for the request; null for none.</summary>
    public static Approval? Find(IReadOnlyList<Approval> approvals, string requestId, ToolCallContent call, ChatOptions? options) =>
        RequestOf(call, options) is var (key, _)
            ? approvals.LastOrDefault(a => a.AskedAs == requestId && a.Kind == key.Kind && a.RequestHash == key.RequestHash)
                ?? approvals.LastOrDefault(a => a.Kind == key.Kind && a.RequestHash == key.RequestHash)
            : null;
}
