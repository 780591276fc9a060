using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Records;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>The log of one tenant, in its own database or as one of many in a schema.</summary>
/// <remarks>Safe for concurrent use. <see cref="TenantLedgers"/> makes and disposes it; ask there again for each request, as the tenant may have moved.</remarks>
public sealed class TenantLedger
{
    internal TenantLedger(TenantDatabase database, NpgsqlDataSource dataSource, PostgresOptions options, TimeProvider timeProvider)
    {
        Database = database;
        DataSource = dataSource;
        options = options with { Tenancy = database.IsConjoined ? Tenancy.Conjoined : Tenancy.Single };
        Options = options;
        Store = new PostgresEventStore(dataSource, options, timeProvider);
        Runs = new AgentLedger(Store, options.Limits, null, timeProvider);
        Tasks = new TaskLedger(Store, null, timeProvider);
        Records = new ChronoStores(Store, new ChronoOptions { TimeProvider = timeProvider });
        Migrator = new LedgerMigrator(dataSource, options);
        Projections = new ProjectionAdmin(dataSource, options, timeProvider);
        Quotas = new LogQuotas(dataSource, options);
        Queries = new SqlQueries(dataSource, options);
        Contracts = new EventContractTable(dataSource, options);
    }

    /// <summary>The name of the tenant.</summary>
    public string Tenant => Database.Tenant;

    /// <summary>Streams and the log.</summary>
    public PostgresEventStore Store { get; }

    /// <summary>Runs, branches and worlds.</summary>
    public AgentLedger Runs { get; }

    /// <summary>Tasks, calls and messages.</summary>
    public TaskLedger Tasks { get; }

    /// <summary>Record stores.</summary>
    public ChronoStores Records { get; }

    /// <summary>Updates and checks the schema.</summary>
    public LedgerMigrator Migrator { get; }

    /// <summary>Lists and rebuilds projections.</summary>
    public ProjectionAdmin Projections { get; }

    /// <summary>What the log may have at most.</summary>
    public LogQuotas Quotas { get; }

    /// <summary>Answers questions in SQL.</summary>
    public SqlQueries Queries { get; }

    /// <summary>The contracts of events that applications declared.</summary>
    public EventContractTable Contracts { get; }

    /// <summary>The connections to the tenant's database, for statements of the application.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Makes a data source of standbys for questions about this log, which the caller disposes; see <see cref="PostgresEventStore.OnReplicas"/>.</summary>
    /// <param name="connectionString">As for <see cref="PostgresDataSources.CreateReplicas"/>, without a tenant.</param>
    /// <exception cref="ArgumentException">It is no connection string, or names another tenant.</exception>
    /// <exception cref="PostgresOptionsException">It asks for the primary.</exception>
    public NpgsqlMultiHostDataSource CreateReplicas(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return PostgresDataSources.CreateReplicas(Database.IsConjoined ? TenantSetting.With(connectionString, Tenant) : connectionString);
    }

    internal TenantDatabase Database { get; }

    internal PostgresOptions Options { get; }
}
