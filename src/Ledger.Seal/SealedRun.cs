namespace Ledger.Seal;

/// <summary>How far the newest checkpoint has a run or branch.</summary>
/// <param name="Version">How many of its own events the checkpoint has; 0 for none.</param>
/// <param name="Size">How many events of the log it has.</param>
/// <param name="SignedAt">When it was signed.</param>
public sealed record SealedRun(long Version, long Size, DateTimeOffset SignedAt);
