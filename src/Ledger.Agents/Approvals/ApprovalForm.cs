using System.Text.Json;
using Ledger.Agents.Functions;
using Ledger.Json;
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

    /// <summary>Whether an approval in the log is on a call of a function.</summary>
    public static bool IsOf(Approval approval, ToolCallContent call) =>
        approval.Kind == Kind
        && call is FunctionCallContent function
        && approval.Request is { ValueKind: JsonValueKind.Object } request
        && request.TryGetProperty("tool", out var tool) && tool.ValueKind == JsonValueKind.String && tool.GetString() == function.Name;

    /// <summary>The id of a request that a client shows, as the log has it.</summary>
    public static string AskedAs(string requestId) => StorableText.Of(requestId);
}
