using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>A tenant and the database that has its log.</summary>
/// <remarks>A connection string with <c>Options=-c ledger.tenant=NAME</c> names a log in a schema of many, as <see cref="ConjoinedTenants"/> does. Immutable. Its text does not show the connection string, which may hold a password.</remarks>
public sealed record TenantDatabase
{
    /// <summary>Assigns a database to a tenant.</summary>
    /// <param name="tenant">The name, 1 to 200 characters without control characters.</param>
    /// <param name="connectionString">The database, as Npgsql writes it.</param>
    /// <exception cref="ArgumentException">The name cannot be one, or the connection string is not one or names no host.</exception>
    public TenantDatabase(string tenant, string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        ArgumentNullException.ThrowIfNull(connectionString);
        if (tenant.Length > 200 || tenant.Any(char.IsControl))
        {
            throw new ArgumentException($"The name of a tenant has 1 to 200 characters and none of control, but was '{tenant}'.", nameof(tenant));
        }

        var faults = new List<string>();
        PostgresOptions.CheckConnectionString(connectionString, faults, $"The connection string of tenant '{tenant}'");
        if (faults.Count > 0)
        {
            throw new ArgumentException(faults[0], nameof(connectionString));
        }

        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        var named = TenantSetting.Of(parts);
        if (named is { } other && other != tenant)
        {
            throw new ArgumentException($"The connection string of tenant '{tenant}' is that of tenant '{other}' in a schema of many.", nameof(connectionString));
        }

        (Tenant, ConnectionString, Place, IsConjoined) = (tenant, connectionString, PlaceOf(parts, named), named is not null);
    }

    /// <summary>The name of the tenant.</summary>
    public string Tenant { get; }

    /// <summary>How to connect to its database.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the database is, without user and password; two tenants that have the same would share a log.</summary>
    public string Place { get; }

    /// <summary>Whether the log is one of many in its schema.</summary>
    internal bool IsConjoined { get; }

    /// <summary>The tenant and the place.</summary>
    public override string ToString() => $"{Tenant} on {Place}";

    internal static string PlaceOf(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return PlaceOf(parts, TenantSetting.Of(parts));
    }

    private static string PlaceOf(NpgsqlConnectionStringBuilder parts, string? tenant) =>
        $"{parts.Host}:{parts.Port}/{parts.Database ?? parts.Username}{(tenant is null ? "" : $" tenant {tenant}")}";
}
