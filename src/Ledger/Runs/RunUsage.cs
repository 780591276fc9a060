namespace Ledger.Runs;

/// <summary>What the calls of a run or branch cost, and what was saved because the log had the answer.</summary>
/// <param name="Whole">The whole history; for a branch with the prefix that it shares, which it did not pay for.</param>
/// <param name="SinceFork">What a branch did itself; null for a run, which shares nothing.</param>
public sealed record RunUsage(CallTotals Whole, CallTotals? SinceFork);
