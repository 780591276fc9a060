namespace Ledger.Postgres.Tenants;

/// <summary>How a program works with the databases of its tenants.</summary>
public sealed record TenantOptions
{
    /// <summary>The options of every tenant's log: default those of <see cref="PostgresOptions"/>. Its connection strings are not read.</summary>
    public PostgresOptions Ledger { get; init; } = new();

    /// <summary>How many connections one tenant's pool has at most, unless its connection string has <c>Maximum Pool Size</c>: default 10, from 4 to 1,000.</summary>
    public int ConnectionsPerTenant { get; init; } = 10;

    /// <summary>How many connections of all tenants stay open in this program: default 100, at least <see cref="ConnectionsPerTenant"/>.</summary>
    /// <remarks>The tenants that were used last share it. The idle connections of others are closed; those in use are closed when they are returned, so that more may be
    /// open for a moment where more tenants are busy at once. Connections that <see cref="TenantDaemons"/> keep come on top: each daemon has some open as long as it
    /// runs.</remarks>
    public int MaxConnections { get; init; } = 100;

    /// <summary>How long the answer of the map is believed: default 10 seconds, from zero to an hour.</summary>
    public TimeSpan MapFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many tenants have their names in metrics and traces of appends, as <c>ledger.tenant.name</c>: default 0, from 0 to 1,000.</summary>
    /// <remarks>Those that are opened first, until the program ends; others are <c>other</c>. With 0 no metric has a tenant.</remarks>
    public int MeteredTenants { get; init; }

    /// <summary>How many pools may keep their connections.</summary>
    internal int WarmTenants => Math.Max(1, MaxConnections / ConnectionsPerTenant);

    /// <summary>Returns the options when they have no fault.</summary>
    /// <exception cref="PostgresOptionsException">Something is not as its doc says.</exception>
    internal TenantOptions Checked()
    {
        var faults = new List<string>();
        if (ConnectionsPerTenant is < 4 or > 1_000)
        {
            faults.Add($"{nameof(ConnectionsPerTenant)} is {ConnectionsPerTenant}; it must be from 4 to 1,000.");
        }

        if (MaxConnections < ConnectionsPerTenant)
        {
            faults.Add($"{nameof(MaxConnections)} is {MaxConnections}; it must be at least {nameof(ConnectionsPerTenant)}, which is {ConnectionsPerTenant}.");
        }

        if (MapFor < TimeSpan.Zero || MapFor > TimeSpan.FromHours(1))
        {
            faults.Add($"{nameof(MapFor)} is '{MapFor}'; it must be from zero to an hour.");
        }

        if (MeteredTenants is < 0 or > 1_000)
        {
            faults.Add($"{nameof(MeteredTenants)} is {MeteredTenants}; it must be from 0 to 1,000.");
        }

        if (Ledger is null)
        {
            faults.Add($"{nameof(Ledger)} is null; leave it out for the defaults.");
        }

        return faults.Count > 0 ? throw new PostgresOptionsException(faults) : this with { Ledger = Ledger!.Checked() };
    }
}
