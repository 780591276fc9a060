namespace Ledger.Runs;

/// <summary>For how long nothing was heard of a caller.</summary>
/// <param name="Length">How long, by the clock of the log.</param>
/// <param name="LastHeard">When it was heard of; null for not since its request.</param>
internal readonly record struct CallOwnerSilence(TimeSpan Length, DateTimeOffset? LastHeard);
