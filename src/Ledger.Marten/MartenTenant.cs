using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Ledger.Tasks;

namespace Ledger.Marten;

/// <summary>The log of one tenant of a document store, in its own database.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class MartenTenant
{
    internal MartenTenant(string tenant, MartenEventStore log, PostgresOptions options, TimeProvider timeProvider)
    {
        Tenant = tenant;
        Store = log;
        Runs = new AgentLedger(log, options.Limits, null, timeProvider);
        Tasks = new TaskLedger(log, null, timeProvider);
        Records = new ChronoStores(log, new ChronoOptions { TimeProvider = timeProvider });
        Migrator = new LedgerMigrator(log.DataSource, options);
        Projections = new ProjectionAdmin(log.DataSource, options, timeProvider);
    }

    /// <summary>The name of the tenant.</summary>
    public string Tenant { get; }

    /// <summary>Streams and the log.</summary>
    public MartenEventStore Store { get; }

    /// <summary>Runs, branches and worlds.</summary>
    public AgentLedger Runs { get; }

    /// <summary>Tasks, calls and messages.</summary>
    public TaskLedger Tasks { get; }

    /// <summary>Record stores.</summary>
    public ChronoStores Records { get; }

    /// <summary>Checks the schema, and restores what is missing.</summary>
    public LedgerMigrator Migrator { get; }

    /// <summary>Lists and rebuilds Ledger's projections.</summary>
    public ProjectionAdmin Projections { get; }
}
