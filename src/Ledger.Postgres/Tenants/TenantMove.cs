namespace Ledger.Postgres.Tenants;

/// <summary>A tenant that was moved to another database.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="From">The database that refuses writes now, without user and password.</param>
/// <param name="To">The database that it has.</param>
/// <param name="Tables">The tables, which are the same in both.</param>
public sealed record TenantMove(string Tenant, string From, string To, IReadOnlyList<CopiedTable> Tables);

/// <summary>A table that is the same in two databases.</summary>
/// <param name="Table">The schema and the name.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Hash">The sum of the hashes of its rows, which any changed row changes.</param>
public sealed record CopiedTable(string Table, long Rows, string Hash);
