using Ledger.Log;

namespace Ledger.Runs;

/// <summary>How one call is recorded, answered from the log, and repeated.</summary>
public sealed record CallOptions
{
    /// <summary>When a recorded answer is used: default null, which is what <see cref="AgentLedgerOptions.CallReuse"/> says for the kind.</summary>
    public CallReuse? Reuse
    {
        get;
        init => field = value is null || Enum.IsDefined(value.Value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such reuse.");
    }

    /// <summary>What happens to a call that was begun and whose end is unknown: default <see cref="EffectPolicy.Repeat"/>.</summary>
    public EffectPolicy Effects
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such policy.");
    }

    /// <summary>Asks the callee what became of a call, by its idempotency key; needed for <see cref="EffectPolicy.Reconcile"/>.</summary>
    public Func<CallContext, CancellationToken, Task<CallReconciliation>>? Reconcile { get; init; }

    /// <summary>Whether a person has to approve the call: default <see cref="ApprovalPolicy.None"/>.</summary>
    public ApprovalPolicy Approval
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such policy.");
    }

    /// <summary>The most that the call can cost, for a run with a budget. Default null: the most that a call to the same model or tool cost before.</summary>
    /// <remarks>Tokens without a price are priced by <see cref="AgentLedgerOptions.Price"/>. A call of unknown cost is made as long as anything is left.</remarks>
    public CallCost? Estimate
    {
        get;
        init => field = value is null or { IsInRange: true }
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "An estimate must not be negative, and at most 1e12.");
    }

    /// <summary>Who calls and why, for the event of the request. Without causes, those are the answers that the handle was given last.</summary>
    public EventMetadata Metadata { get; init; } = EventMetadata.None;

    /// <summary>The id that the model gave to the call of a tool, for traces; null for none.</summary>
    internal string? ToolCallId { get; init; }

    /// <summary>The provider of the model, for traces; null if that is not known.</summary>
    internal string? Provider { get; init; }
}
