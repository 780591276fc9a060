namespace Ledger.Runs;

/// <summary>What a run or branch used of each model, sorted by kind, model and provider.</summary>
/// <param name="Whole">The whole history; for a branch with the prefix that it shares, which it did not pay for.</param>
/// <param name="SinceFork">What a branch did itself; null for a run, which shares nothing.</param>
public sealed record RunModelUsage(IReadOnlyList<ModelUsage> Whole, IReadOnlyList<ModelUsage>? SinceFork);
