namespace Ledger.Postgres.Retention;

/// <summary>A legal hold: what retention must not remove.</summary>
/// <param name="Target">A stream, which is held with all branches forked from it; or <c>label:NAME</c>, for the runs and branches that have the label.</param>
/// <param name="Reason">Why.</param>
/// <param name="HeldBy">The role of the database that set it.</param>
/// <param name="HeldAt">When it was set.</param>
public sealed record RetentionHold(string Target, string Reason, string HeldBy, DateTimeOffset HeldAt);
