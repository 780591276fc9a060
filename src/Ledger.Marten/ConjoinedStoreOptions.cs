using Npgsql;

namespace Ledger.Marten;

/// <summary>The connections of a document store whose tenants have their logs in one schema; see <c>UseLedger</c>.</summary>
/// <remarks>Immutable.</remarks>
public sealed record ConjoinedStoreOptions
{
    /// <summary>How many connections a tenant's sessions may have at once in this process: default 10, from 1 to 1,000. Idle ones are closed as Npgsql closes them.</summary>
    /// <remarks><c>Maximum Pool Size</c> in the connection string of the tenants takes precedence.</remarks>
    public int ConnectionsPerTenant { get; init; } = 10;

    /// <summary>The same database as the role of Marten's daemon, which sees the events of all tenants: default null, and the daemon is refused.</summary>
    /// <remarks><see cref="Postgres.Tenants.ConjoinedTenants.AllowDaemonAsync"/> makes the role one. Leave it out in processes that do not run the daemon.</remarks>
    public string? DaemonConnectionString { get; init; }

    /// <summary>Returns the options when they have no fault.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of connections is out of its range.</exception>
    /// <exception cref="ArgumentException">The connection string is not one.</exception>
    internal ConjoinedStoreOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsPerTenant, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConnectionsPerTenant, 1_000);
        if (DaemonConnectionString is { } daemon)
        {
            _ = new NpgsqlConnectionStringBuilder(daemon);
        }

        return this;
    }
}
