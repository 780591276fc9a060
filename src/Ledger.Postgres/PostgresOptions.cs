using System.Text;
using Ledger.Log;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Replicas;
using Ledger.Postgres.Roles;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Tasks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>Where Ledger's tables are in PostgreSQL, and how they are used.</summary>
/// <remarks>Immutable. What takes options checks them and reports every fault in one <see cref="PostgresOptionsException"/>.</remarks>
public sealed record PostgresOptions
{
    /// <summary>The server to connect to, as Npgsql writes it: default null, the container's <see cref="NpgsqlDataSource"/>.</summary>
    /// <remarks>Only <c>AddLedger</c> reads it; to create a store or a migrator by hand, pass a data source.</remarks>
    public string? ConnectionString { get; init; }

    /// <summary>The schema of the event tables, which Marten may share: default <c>ledger</c>, 1 to 63 bytes of UTF-8.</summary>
    /// <remarks>
    /// A name is taken as it is, upper case and quotes included. It has no <c>$</c>, which quotes functions, and does not begin
    /// with <c>pg_</c>.
    /// </remarks>
    public string EventSchema { get; init; } = "ledger";

    /// <summary>The schema of Ledger's own tables and functions: default <c>ledger</c>, 1 to 63 bytes of UTF-8.</summary>
    public string LedgerSchema { get; init; } = "ledger";

    /// <summary>Whose log the schema has: default <see cref="Tenancy.Single"/>.</summary>
    /// <remarks>It is chosen when <see cref="LedgerMigrator"/> makes the tables, and stays. A store of <see cref="Tenancy.Conjoined"/> works on connections of one tenant, which
    /// <see cref="Tenants.TenantLedgers"/> makes on <see cref="Tenants.ConjoinedTenants"/>.</remarks>
    public Tenancy Tenancy { get; init; }

    /// <summary>The event types that are read and written: default <see cref="EventRegistry.Default"/>. Those of tasks are added.</summary>
    public EventRegistry Registry { get; init => field = value is null ? null! : TaskModule.AddTo(value); } = TaskModule.Default;

    /// <summary>How long one statement may run: default 30 seconds, more than zero and at most a day.</summary>
    /// <remarks>Migrations have no limit, because a new index on a long log takes its time.</remarks>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest number of batches that one store sends at a time, each on a connection: default 2, from 1 to 64.</summary>
    /// <remarks>With few concurrent callers a single lane is used, which gives larger batches: fewer than 20, or fewer than 96 where the server is on this
    /// machine (<c>localhost</c> or a socket) and both have one or two processors.</remarks>
    public int AppendLanes { get; init; } = 2;

    /// <summary>How long is waited for a server that is away: default 30 seconds, from zero (never) to an hour.</summary>
    /// <remarks>
    /// For so long, every call that needs a connection tries to open one, and an append, an import or a write to a record store is sent again when
    /// the connection is lost or the server turns out to be a standby. Make it longer than a failover takes. The health check
    /// tries once; the daemon tries without end.
    /// </remarks>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The projections that run inline, inside every append: default none.</summary>
    /// <remarks>
    /// <see cref="Snapshot{T}"/>, <see cref="DocumentProjection{T}"/>, <see cref="RowProjection"/> and <see cref="EventProjection"/>; rows are
    /// written in the order of the list. <see cref="LedgerMigrator"/> makes and checks the tables of documents; those of rows are the application's.
    /// </remarks>
    public IReadOnlyList<Projection> Projections { get; init; } = [];

    /// <summary>The asynchronous projections, which a daemon runs: default none.</summary>
    /// <remarks>The same kinds as <see cref="Projections"/>, but none of the projections there. See <see cref="ProjectionDaemon"/>. Declare a new version
    /// together with the old one, which answers reads until the new one has caught up with the log; then the old one can be removed.</remarks>
    public IReadOnlyList<Projection> AsyncProjections { get; init; } = [];

    /// <summary>Which other programs write into the event tables: default <see cref="ForeignWriters.None"/>.</summary>
    public ForeignWriters ForeignWriters { get; init; }

    /// <summary>The behaviour of writes inside a <see cref="System.Transactions.TransactionScope"/>: default <see
    /// cref="AmbientTransactions.Refuse"/>.</summary>
    public AmbientTransactions AmbientTransactions { get; init; }

    /// <summary>Whether worlds are stored as rows: default <see cref="WorldRows.Inline"/>, written by every append in its transaction.</summary>
    /// <remarks>Programs on one log may choose differently: what one appends without rows, the next append or question to the rows adds, or a daemon with
    /// <see cref="WorldRows.Async"/>.</remarks>
    public WorldRows WorldRows { get; init; } = WorldRows.Inline;

    /// <summary>Whether the application brings the schema up to date itself: default <see cref="AutoMigrate.Never"/>.</summary>
    public AutoMigrate AutoMigrate { get; init; }

    /// <summary>What the application does with the contracts of its events, which are those of <see cref="Registry"/>: default <see cref="EventContractMode.Off"/>.</summary>
    public EventContractMode Contracts { get; init; }

    /// <summary>The same server as a role that only reads connects to it: default null, as everything else does.</summary>
    /// <remarks>Questions about streams, worlds, tasks and documents then use connections of their own; see <see cref="LedgerRoles"/>. Only <c>AddLedger</c> reads it,
    /// and not that of Marten.</remarks>
    public string? ReadingConnectionString { get; init; }

    /// <summary>The server as the role that owns the tables connects to it: default null, as everything else does.</summary>
    /// <remarks>For an application whose own role may not migrate; see <see cref="LedgerRoles"/>. Only the migrator of <c>AddLedger</c> uses it; an application with
    /// Marten migrates by Marten.</remarks>
    public string? MigrationConnectionString { get; init; }

    /// <summary>The standbys that answer what <see cref="LedgerReplicas"/> is asked: default null, none.</summary>
    /// <remarks>Its hosts may include the primary, which answers where no standby can. Only <c>AddLedger</c> reads it, and not that of Marten. It must not ask for
    /// the primary by <c>Target Session Attributes</c>.</remarks>
    public string? ReplicaConnectionString { get; init; }

    /// <summary>The limits of runs and branches: default those of <see cref="AgentLedgerOptions"/>.</summary>
    public AgentLedgerOptions Limits { get; init; } = new();

    /// <summary>The tables of the documents that the projections keep.</summary>
    internal IEnumerable<DocumentStatements> DocumentTables =>
        AllProjections.OfType<IDocuments>().Select(d => new DocumentStatements(d, Schemas));

    private IEnumerable<Projection> AllProjections => (Projections ?? []).Concat(AsyncProjections ?? []);

    /// <summary>Whether a store only answers questions: default false.</summary>
    internal bool RefusesWrites { get; init; }

    /// <summary>The name of the tenant that metrics of appends have; null for none.</summary>
    internal string? MeteredTenant { get; init; }

    /// <summary>How many seconds a batch may take before each of its requests is sent alone, so that one on a locked stream does not hold up the others for long.</summary>
    internal int LongestBatchSeconds { get; init; } = 2;

    /// <summary>Called when an append was refused because the log has moved to another database, or is moving; null for no call.</summary>
    internal Action? OnLogMoved { get; init; }

    internal SchemaNames Schemas => new(EventSchema, LedgerSchema, Tenancy);

    internal int CommandTimeoutSeconds => (int)Math.Ceiling(CommandTimeout.TotalSeconds);

    /// <summary>Returns the options when they have no fault.</summary>
    /// <exception cref="PostgresOptionsException">Something is not as its doc says.</exception>
    internal PostgresOptions Checked()
    {
        var faults = new List<string>();
        CheckConnectionString(ConnectionString, faults);
        CheckConnectionString(ReadingConnectionString, faults, nameof(ReadingConnectionString));
        CheckConnectionString(MigrationConnectionString, faults, nameof(MigrationConnectionString));
        CheckConnectionString(ReplicaConnectionString, faults, nameof(ReplicaConnectionString), PostgresDataSources.FaultOfReplicas);
        CheckSchema(EventSchema, nameof(EventSchema), faults);
        CheckSchema(LedgerSchema, nameof(LedgerSchema), faults);
        Check(Registry is not null, $"{nameof(Registry)} is null; leave it out for the built-in events.", faults);
        Check(Limits is not null, $"{nameof(Limits)} is null; leave it out for the defaults.", faults);
        Check(
            CommandTimeout > TimeSpan.Zero && CommandTimeout <= TimeSpan.FromDays(1),
            $"{nameof(CommandTimeout)} is '{CommandTimeout}'; it must be more than zero and at most a day.",
            faults);
        Check(Projections is not null, $"{nameof(Projections)} is null; leave it out for none.", faults);
        Check(AsyncProjections is not null, $"{nameof(AsyncProjections)} is null; leave it out for none.", faults);
        foreach (var twice in AllProjections.GroupBy(p => p.Key).Where(g => g.Count() > 1))
        {
            faults.Add($"{nameof(Projections)} has '{twice.Key}' twice; each needs its own name.");
        }

        foreach (var projection in AllProjections)
        {
            foreach (var type in projection.EventTypes.Where(t => Registry?.Knows(t) == false))
            {
                faults.Add($"{nameof(Projections)}: '{projection.Key}' handles {type}, which is not in the {nameof(Registry)}; add it there.");
            }
        }

        foreach (var twice in DocumentTables.GroupBy(d => d.Table).Where(g => g.Count() > 1))
        {
            faults.Add($"{nameof(Projections)} has two that keep their documents in '{twice.Key}'; each needs its own alias.");
        }

        Check(AppendLanes is >= 1 and <= 64, $"{nameof(AppendLanes)} is {AppendLanes}; it must be from 1 to 64.", faults);
        Check(
            RetryFor >= TimeSpan.Zero && RetryFor <= TimeSpan.FromHours(1),
            $"{nameof(RetryFor)} is '{RetryFor}'; it must be from zero to an hour.",
            faults);
        // Their texts are made where they are needed: to format the names of enumerations takes longer than all of the rest.
        if (!Enum.IsDefined(ForeignWriters))
        {
            faults.Add($"{nameof(ForeignWriters)} is '{ForeignWriters}', which is not a valid value.");
        }

        if (!Enum.IsDefined(AmbientTransactions))
        {
            faults.Add($"{nameof(AmbientTransactions)} is '{AmbientTransactions}', which is not a valid value.");
        }

        if (!Enum.IsDefined(WorldRows))
        {
            faults.Add($"{nameof(WorldRows)} is '{WorldRows}', which is not a valid value.");
        }

        if (!Enum.IsDefined(AutoMigrate))
        {
            faults.Add($"{nameof(AutoMigrate)} is '{AutoMigrate}', which is not a valid value.");
        }

        if (!Enum.IsDefined(Tenancy))
        {
            faults.Add($"{nameof(Tenancy)} is '{Tenancy}', which is not a valid value.");
        }

        if (Tenancy != Tenancy.Single && ForeignWriters != ForeignWriters.None)
        {
            faults.Add(
                $"{nameof(ForeignWriters)} is '{ForeignWriters}', but the numbers of other tenants would each be waited for; with {nameof(Tenancy)} '{Tenancy}' it must be '{ForeignWriters.None}'.");
        }

        if (!Enum.IsDefined(Contracts))
        {
            faults.Add($"{nameof(Contracts)} is '{Contracts}', which is not a valid value.");
        }

        return faults.Count > 0 ? throw new PostgresOptionsException(faults)
            : Contracts == EventContractMode.Enforce && !Registry!.Validates ? this with { Registry = Registry.ValidatingAppends() }
            : this;
    }

    /// <summary>The same options with logging of events whose JSON does not fit their types; null for no logging.</summary>
    internal PostgresOptions LoggingTo(ILogger? logger) => logger is null ? this : this with { Registry = Registry.LoggingTo(logger) };

    /// <summary>Adds what is wrong with a connection string.</summary>
    internal static void CheckConnectionString(
        string? connectionString,
        List<string> faults,
        string property = nameof(ConnectionString),
        Func<NpgsqlConnectionStringBuilder, string?>? faultOf = null)
    {
        if (connectionString is null)
        {
            return;
        }

        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString);
            Check(!string.IsNullOrEmpty(parts.Host), $"{property} names no host.", faults);
            if ((faultOf ?? PostgresDataSources.FaultOf)(parts) is { } wrongServer)
            {
                faults.Add($"{property}: {wrongServer}");
            }

            Check(!parts.Multiplexing, $"{property} {DataSourceRules.Multiplexing}", faults);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            // The text may hold a password. What Npgsql says repeats what it takes for a keyword or a value, which after a ';' without quotes is a part of it.
            faults.Add($"{property} is not a connection string of Npgsql. A value with ';' needs quotes: Password=\"a;b\".");
        }
    }

    private static void CheckSchema(string? name, string property, List<string> faults)
    {
        if (string.IsNullOrEmpty(name))
        {
            faults.Add($"{property} is empty; it must be the name of a schema.");
            return;
        }

        Check(
            Encoding.UTF8.GetByteCount(name) <= 63,
            $"{property} '{name}' is longer than the 63 bytes that PostgreSQL keeps of a name.",
            faults);
        Check(
            !name.Contains('$', StringComparison.Ordinal) && !name.Any(char.IsControl),
            $"{property} '{name}' has a '$' or a control character; choose a name without.",
            faults);
        Check(
            !name.StartsWith("pg_", StringComparison.Ordinal),
            $"{property} '{name}' begins with 'pg_', which PostgreSQL keeps for itself.",
            faults);
    }

    private static void Check(bool holds, string fault, List<string> faults)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }
}
