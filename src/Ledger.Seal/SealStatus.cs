namespace Ledger.Seal;

/// <summary>How far the seal of a log is.</summary>
/// <param name="Size">How many events are sealed.</param>
/// <param name="Sequence">The number up to which the log is sealed.</param>
/// <param name="Unsealed">How many events follow, counted up to 10,000; some may not be safe to seal yet.</param>
/// <param name="Checkpoints">How many checkpoints there are.</param>
/// <param name="LastCheckpoint">The newest; null for none.</param>
/// <param name="SignedAt">When that was signed.</param>
public sealed record SealStatus(long Size, long Sequence, long Unsealed, long Checkpoints, SignedNote? LastCheckpoint, DateTimeOffset? SignedAt);
