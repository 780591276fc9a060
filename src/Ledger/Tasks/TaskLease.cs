namespace Ledger.Tasks;

/// <summary>A runner's hold on a task, for a time.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="LeaseId">What tells this hold from any other, also of the same runner.</param>
/// <param name="Runner">Who holds it.</param>
/// <param name="ExpiresAt">When it ends, by the clock of the log, unless it is renewed before.</param>
public sealed record TaskLease(string TaskId, Guid LeaseId, string Runner, DateTimeOffset ExpiresAt);
