using Ledger.Postgres.Tenants;

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
