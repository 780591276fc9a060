using Ledger.Cli.Output;
using Ledger.Log.Contracts;
using Ledger.Postgres;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Roles;
using Ledger.Postgres.Schema;
using Ledger.Seal;
using Ledger.Tasks;
using Ledger.Worlds;
using Npgsql;

namespace Ledger.Cli.Connections;

/// <summary>A database and the services on it that commands use.</summary>
internal sealed class LedgerConnection : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly bool _isOwn;
    private readonly Session _session;
    private readonly PostgresOptions _options;

    private LedgerConnection(NpgsqlDataSource dataSource, bool isOwn, Session session)
    {
        (_dataSource, _isOwn) = (dataSource, isOwn);
        var options = _options = session.Options;
        try
        {
            Migrator = new LedgerMigrator(dataSource, options);
            Store = new PostgresEventStore(dataSource, options);
            Projections = new ProjectionAdmin(dataSource, options);
            Seal = new LogSeal(dataSource, options);
            Queries = new SqlQueries(dataSource, options);
            Contracts = new EventContractTable(dataSource, options);
        }
        catch (PostgresOptionsException exception)
        {
            throw new UsageException(exception.Faults[0]
                .Replace(nameof(PostgresOptions.EventSchema), "--schema", StringComparison.Ordinal)
                .Replace(nameof(PostgresOptions.RetryFor), "--retry-for", StringComparison.Ordinal));
        }

        _session = session;
        Ledger = new AgentLedger(Store, options.Limits, new WarningLogger(session.Io), session.Io.TimeProvider);
    }

    /// <summary>Creates, opens, forks and lists runs and branches.</summary>
    public AgentLedger Ledger { get; private set; }

    /// <summary>The same, with rules for merges.</summary>
    public AgentLedger LedgerWith(MergeRules rules) => new(
        Store, Ledger.Options with { MergeRules = rules }, new WarningLogger(_session.Io), _session.Io.TimeProvider);

    /// <summary>Keeps the index of the search up to date, once it is started.</summary>
    public ProjectionDaemon NewSearchIndex() => new(
        _dataSource, _session.Options, new DaemonOptions { SearchIndex = true, MaxConnections = 1 }, new WarningLogger(_session.Io), _session.Io.TimeProvider);

    /// <summary>Saves and lists tasks, calls and messages.</summary>
    public TaskLedger Tasks => new(Store);

    /// <summary>Appends to streams and reads them.</summary>
    public PostgresEventStore Store { get; private set; }

    /// <summary>Lists and rebuilds projections.</summary>
    public ProjectionAdmin Projections { get; }

    /// <summary>Seals, proves and audits the log.</summary>
    public LogSeal Seal { get; }

    /// <summary>Answers questions in SQL.</summary>
    public SqlQueries Queries { get; }

    /// <summary>The contracts of events in the database.</summary>
    public EventContractTable Contracts { get; }

    /// <summary>Updates and checks the schema.</summary>
    public LedgerMigrator Migrator { get; }

    /// <summary>Makes and checks the roles.</summary>
    /// <exception cref="ArgumentException">A name cannot be that of a role, or two are the same.</exception>
    public LedgerRoles Roles(LedgerRoleNames? names) => new(_dataSource, _session.Options, names);

    /// <summary>Opens a connection for a transaction that the caller controls.</summary>
    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        PostgresDataSources.ForWriting(_dataSource).OpenConnectionAsync(cancellationToken);

    /// <summary>Connects and makes sure that the schema is up to date.</summary>
    /// <remarks>The private server belongs to the user and is migrated. Any other is refused until <c>ledger migrate apply</c> has run.</remarks>
    public static async Task<LedgerConnection> OpenAsync(Session session, CancellationToken cancellationToken)
    {
        var address = await ServerAddress.FindAsync(session, cancellationToken);
        var connection = Of(address, session);
        try
        {
            if (address.IsPrivate)
            {
                await session.Progress.RunAsync("Updating the private database", () => connection.Migrator.ApplyAsync(cancellationToken));
            }
            else
            {
                await connection.Migrator.EnsureMigratedAsync(cancellationToken);
            }

            await connection.HoldToContractsAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects without checking the schema, for the commands that manage it.</summary>
    public static async Task<LedgerConnection> OpenAsIsAsync(Session session, CancellationToken cancellationToken) =>
        Of(await ServerAddress.FindAsync(session, cancellationToken), session);

    /// <summary>Connects to nothing, for commands that need no server.</summary>
    public static LedgerConnection Unconnected(Session session) => new(NpgsqlDataSource.Create("Host=unconnected"), isOwn: true, session);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _isOwn ? _dataSource.DisposeAsync() : ValueTask.CompletedTask;

    // What applications hold their appends to binds those of the command too. A role that may not read the contracts is not held to them.
    private async Task HoldToContractsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var enforced = (await Contracts.ReadAsync(cancellationToken)).Where(declared => declared.IsEnforced).Select(declared => declared.Contract).ToList();
            if (enforced.Count > 0)
            {
                Store = new PostgresEventStore(_dataSource, _options with { Registry = _options.Registry.ValidatingAppends(new EventContracts(enforced)) });
                Ledger = new AgentLedger(Store, _options.Limits, new WarningLogger(_session.Io), _session.Io.TimeProvider);
            }
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
        }
    }

    private static LedgerConnection Of(ServerAddress address, Session session)
    {
        try
        {
            return session.Io.SharedDataSource(address.ConnectionString) is { } shared
                ? new(shared, isOwn: false, session)
                : new(PostgresDataSources.Create(address.ConnectionString), isOwn: true, session);
        }
        catch (PostgresOptionsException exception)
        {
            throw new UsageException(exception.Faults[0]);
        }
    }
}
