using System.Text.Json;
using Ledger.Runs;

namespace Ledger.Explorer.Contracts;

/// <summary>A request that needs approval.</summary>
/// <param name="Id">The id of the event that asks for approval.</param>
/// <param name="Kind">The kind of call.</param>
/// <param name="State">pending, approved, denied, or expired if no one decided in time.</param>
/// <param name="RequestHash">The SHA-256 of the request's canonical JSON.</param>
/// <param name="Request">The request.</param>
/// <param name="AskedAt">When it was asked for.</param>
/// <param name="DecidedAt">When it was decided, or has expired.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">From when it counts as denied if no one has decided.</param>
internal sealed record ApprovalContract(
    Guid Id,
    string Kind,
    string State,
    string RequestHash,
    JsonElement Request,
    DateTimeOffset AskedAt,
    DateTimeOffset? DecidedAt = null,
    string? DecidedBy = null,
    string? Reason = null,
    DateTimeOffset? ExpiresAt = null)
{
    public static ApprovalContract Of(Approval approval) => new(
        approval.Id,
        approval.Kind,
        StateOf(approval),
        approval.RequestHash,
        approval.Request,
        approval.AskedAt,
        approval.DecidedAt,
        approval.By,
        approval.Reason,
        approval.ExpiresAt);

    public static string StateOf(Approval approval) => approval.Decision switch
    {
        ApprovalDecision.Approved => "approved",
        ApprovalDecision.Denied => approval.IsExpired ? "expired" : "denied",
        _ => "pending",
    };
}

/// <summary>The requests of a run or branch that need approval.</summary>
internal sealed record ApprovalsContract(string Stream, IReadOnlyList<ApprovalContract> Approvals);
