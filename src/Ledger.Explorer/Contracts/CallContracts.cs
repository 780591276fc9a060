using Ledger.Runs;

namespace Ledger.Explorer.Contracts;

/// <summary>What the calls of a history cost, and what the log saved.</summary>
internal sealed record CallTotalsContract(
    long Calls, long Failed, long AnsweredFromLog, decimal CostUsd, decimal SavedUsd, long Tokens, long SavedTokens)
{
    public static CallTotalsContract Of(CallTotals totals) =>
        new(totals.Calls, totals.Failed, totals.Answered, totals.CostUsd, totals.SavedUsd, totals.Tokens, totals.SavedTokens);
}

/// <summary>What the calls of a run or branch cost.</summary>
internal sealed record UsageContract(CallTotalsContract Usage, CallTotalsContract? UsageSinceFork = null)
{
    public static UsageContract Of(RunUsage usage) =>
        new(CallTotalsContract.Of(usage.Whole), usage.SinceFork is { } own ? CallTotalsContract.Of(own) : null);
}

/// <summary>A call of a run that has begun and not ended.</summary>
/// <param name="RequestId">The id of the event that recorded its request.</param>
/// <param name="Kind">The kind of call.</param>
/// <param name="State">open, or unknown if its caller is gone.</param>
/// <param name="Since">When it began.</param>
/// <param name="Owner">The caller.</param>
internal sealed record OpenCallContract(Guid RequestId, string Kind, string State, DateTimeOffset Since, string? Owner = null)
{
    public static OpenCallContract Of(OpenCall call) =>
        new(call.RequestId, call.Kind, call.IsUnknown ? "unknown" : "open", call.Since, call.Owner);
}

/// <summary>The open calls of a run or branch.</summary>
internal sealed record OpenCallsContract(string Stream, IReadOnlyList<OpenCallContract> OpenCalls);

/// <summary>The change of an open call.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="RequestId">The id of the event that recorded its request.</param>
/// <param name="State">answered or released.</param>
/// <param name="ResponseId">The id of the event that records its answer.</param>
/// <param name="Position">The position of that event.</param>
internal sealed record CallChangeContract(string Stream, Guid RequestId, string State, Guid? ResponseId = null, long? Position = null);
