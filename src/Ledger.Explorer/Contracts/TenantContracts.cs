using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;

namespace Ledger.Explorer.Contracts;

/// <summary>A tenant.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="Place">Where its database is, without user and password.</param>
internal sealed record TenantContract(string Tenant, string Place)
{
    public static TenantContract Of(TenantDatabase tenant) => new(tenant.Tenant, tenant.Place);
}

/// <summary>Which role sees the events of all tenants.</summary>
/// <param name="Role">Its name, or null for none.</param>
internal sealed record TenantDaemonContract(string? Role);

/// <summary>What became of work for a tenant.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="IsDone">Whether it was done.</param>
/// <param name="Fault">Why not.</param>
internal sealed record TenantOutcomeContract(string Tenant, bool IsDone, string? Fault);

/// <summary>A tenant that was moved.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="From">The database that refuses writes now.</param>
/// <param name="To">The database that it has.</param>
/// <param name="Copied">The tables, which are the same in both.</param>
internal sealed record TenantMoveContract(string Tenant, string From, string To, IReadOnlyList<CopiedTableContract> Copied)
{
    public static TenantMoveContract Of(TenantMove move) => new(
        move.Tenant, move.From, move.To, [.. move.Tables.Select(copied => new CopiedTableContract(copied.Table, copied.Rows, copied.Hash))]);
}

/// <summary>A table that is the same in two databases.</summary>
/// <param name="Table">The schema and the name.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Hash">The sum of the hashes of its rows.</param>
internal sealed record CopiedTableContract(string Table, long Rows, string Hash);

/// <summary>What a log may have at most, and what it has.</summary>
/// <param name="MostEvents">How many events; null for any number.</param>
/// <param name="MostBytes">How many bytes of payloads and headers, as JSON; null for any number.</param>
/// <param name="MostRuns">How many runs that are not archived; null for any number.</param>
/// <param name="Events">How many events it has; null where they are not counted.</param>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Runs">How many runs.</param>
internal sealed record UsageOfQuotaContract(
    long? MostEvents = null, long? MostBytes = null, long? MostRuns = null, long? Events = null, long? Bytes = null, long? Runs = null)
{
    public static UsageOfQuotaContract Of(LogUsage usage) => new(usage.Quota.Events, usage.Quota.Bytes, usage.Quota.Runs, usage.Events, usage.Bytes, usage.Runs);
}

/// <summary>A database with many tenants.</summary>
/// <param name="Name">Its name in the pool.</param>
/// <param name="Place">Where it is, without user and password.</param>
/// <param name="IsFull">Whether it takes no more tenants.</param>
/// <param name="Tenants">How many tenants it has.</param>
internal sealed record PooledDatabaseContract(string Name, string Place, bool IsFull, int Tenants)
{
    public static PooledDatabaseContract Of(PooledDatabase database) => new(database.Name, database.Place, database.IsFull, database.Tenants);
}

/// <summary>A tenant that was deleted.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="Rows">How many rows were deleted.</param>
internal sealed record DeletedTenantContract(string Tenant, long Rows);
