namespace Ledger.Postgres.Tenants.Quotas;

/// <summary>What a log has of what it may have.</summary>
/// <remarks>Immutable. A count is null where it is not kept: none is without a quota, and those of bytes and runs are only with a quota of their kind.</remarks>
/// <param name="Quota">What it may have.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Bytes">How many bytes their payloads and headers have, as JSON.</param>
/// <param name="Runs">How many runs that are not archived it has.</param>
public sealed record LogUsage(LogQuota Quota, long? Events, long? Bytes, long? Runs);
