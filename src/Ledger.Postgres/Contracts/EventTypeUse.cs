namespace Ledger.Postgres.Contracts;

/// <summary>How often the log has events of a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Count">How many events there are.</param>
/// <param name="LastAt">When the log took the last one.</param>
public sealed record EventTypeUse(string Name, long Count, DateTimeOffset LastAt);
