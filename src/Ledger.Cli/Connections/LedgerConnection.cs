using Ledger.Cli.Output;
using Ledger.Explorer.Failures;
using Ledger.Log.Contracts;
using Ledger.Postgres;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Doctor;
using Ledger.Postgres.Forgetting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Roles;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Seal;
using Ledger.Tasks;
using Ledger.Worlds;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Cli.Connections;

/// <summary>A database and the services on it that commands use.</summary>
internal sealed class LedgerConnection : IAsyncDisposable
{
    // Ids of what the daemon logs.
    private const int SizeOfSearchIndex = 152;
    private const int GrowthOfSearchIndex = 153;
    private const int WaitForPrimary = 154;

    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlDataSource? _own;
    private readonly Session _session;
    private readonly PostgresOptions _options;

    private LedgerConnection(NpgsqlDataSource dataSource, NpgsqlDataSource? own, Session session)
    {
        (_dataSource, _own) = (dataSource, own);
        var options = _options = session.Options;
        try
        {
            Migrator = new LedgerMigrator(dataSource, options);
            Store = new PostgresEventStore(dataSource, options);
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

    /// <summary>Keeps the index of the search up to date, once it is started, where pool, server and role allow it.</summary>
    /// <remarks>Searches find the same without it, so that it warns of nothing; of a filled log it says how large the index becomes, and how far it is.</remarks>
    public ProjectionDaemon NewSearchIndex() => new(
        _dataSource, _session.Options, new DaemonOptions { MaxConnections = 1 }, new WarningLogger(_session.Io, LogLevel.Error, SizeOfSearchIndex, GrowthOfSearchIndex, WaitForPrimary), _session.Io.TimeProvider);

    /// <summary>The keys of subjects.</summary>
    public PostgresSubjectKeys SubjectKeys => new(_dataSource, _options);

    /// <summary>Saves and lists tasks, calls and messages.</summary>
    public TaskLedger Tasks => new(Store);

    /// <summary>Appends to streams and reads them.</summary>
    public PostgresEventStore Store { get; private set; }

    /// <summary>Lists and rebuilds projections.</summary>
    public ProjectionAdmin Projections => field ??= new ProjectionAdmin(_dataSource, _options);

    /// <summary>Finds what is wrong with the database.</summary>
    public LedgerDoctor Doctor => field ??= new LedgerDoctor(_dataSource, _options);

    /// <summary>Seals, proves and audits the log.</summary>
    public LogSeal Seal => field ??= new LogSeal(_dataSource, _options);

    /// <summary>Removes what policies no longer keep, and restores it.</summary>
    public LogRetention Retention => field ??= new LogRetention(_dataSource, _options);

    /// <summary>Answers questions in SQL.</summary>
    public SqlQueries Queries => field ??= new SqlQueries(_dataSource, _options);

    /// <summary>The contracts of events in the database.</summary>
    public EventContractTable Contracts => field ??= new EventContractTable(_dataSource, _options);

    /// <summary>What the log may have at most.</summary>
    public LogQuotas Quotas => field ??= new LogQuotas(_dataSource, _options);

    /// <summary>Updates and checks the schema.</summary>
    public LedgerMigrator Migrator { get; }

    /// <summary>Makes and checks the roles.</summary>
    /// <exception cref="ArgumentException">A name cannot be that of a role, or two are the same.</exception>
    public LedgerRoles Roles(LedgerRoleNames? names) => new(_dataSource, _session.Options, names);

    /// <summary>Opens a connection for a transaction that the caller controls.</summary>
    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        PostgresDataSources.ForWriting(_dataSource).OpenConnectionAsync(cancellationToken);

    /// <summary>Connects and makes sure that the schema is up to date.</summary>
    /// <remarks>
    /// The private server belongs to the user and is migrated, but a schema that was named and is not there is not made, because the name may be misspelt. Any other
    /// server is refused until <c>ledger migrate apply</c> has run.
    /// </remarks>
    /// <exception cref="RefusalException">There is no such schema on the private server.</exception>
    public static async Task<LedgerConnection> OpenAsync(Session session, CancellationToken cancellationToken)
    {
        var address = await ServerAddress.FindAsync(session, cancellationToken);
        var connection = await OfAsync(address, session, cancellationToken);
        try
        {
            try
            {
                await connection.Migrator.EnsureMigratedAsync(cancellationToken);
            }
            catch (SchemaNotMigratedException) when (address.Private is not null)
            {
                await connection.CheckSchemaAsync(cancellationToken);
                await session.Progress.RunAsync("Updating the private database", () => connection.Migrator.ApplyAsync(cancellationToken));
            }

            if (!session.OnlyReads)
            {
                await connection.HoldToContractsAsync(cancellationToken);
            }

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
        await OfAsync(await ServerAddress.FindAsync(session, cancellationToken), session, cancellationToken);

    /// <summary>Connects to nothing, for commands that need no server.</summary>
    public static LedgerConnection Unconnected(Session session) => Owning(NpgsqlDataSource.Create("Host=unconnected"), session);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task CheckSchemaAsync(CancellationToken cancellationToken)
    {
        if (_session.Schema is { } schema && schema != new PostgresOptions().LedgerSchema && await Migrator.ListAsync(cancellationToken) is [{ State: MigrationState.Pending }, ..])
        {
            throw new RefusalException($"There is no schema '{schema}' with a log on your private server. 'ledger migrate apply --schema {schema}' makes it.", FailureCodes.NotMigrated);
        }
    }

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

    private static LedgerConnection Owning(NpgsqlDataSource dataSource, Session session) => new(dataSource, dataSource, session);

    // The private server is looked at only if it does not answer: a command of a person takes most of its time to begin.
    private static async Task<LedgerConnection> OfAsync(ServerAddress address, Session session, CancellationToken cancellationToken)
    {
        var connection = Of(address, session);
        if (address.Private is not { } cluster)
        {
            return connection;
        }

        try
        {
            await session.Progress.RunAsync("Starting the private PostgreSQL", () => cluster.StartAsync(connection._dataSource, cancellationToken));
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static LedgerConnection Of(ServerAddress address, Session session)
    {
        session.Server = address.Name;
        try
        {
            if (PostgresDataSources.AsksForStandby(address.ConnectionString))
            {
                // What writes is refused by the server, which names the reason.
                var several = PostgresDataSources.CreateReplicas(address.ConnectionString);
                return new(PostgresDataSources.ForQuestions(several), several, session);
            }

            return session.Io.SharedDataSource(address.ConnectionString) is { } shared
                ? new(shared, null, session)
                : Owning(Create(address, session), session);
        }
        catch (PostgresOptionsException exception)
        {
            throw new UsageException(exception.Faults[0]);
        }
    }

    // The types of the server are a long list, and most of the mappings of Npgsql are for types that a log does not have.
    private static NpgsqlDataSource Create(ServerAddress address, Session session)
    {
        var parts = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        if (!session.OnlyReads || parts.TargetSessionAttributes is not null || parts.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            return PostgresDataSources.Create(address.ConnectionString);
        }

        if (address.Private is not null)
        {
            // A Unix socket.
            parts.SslMode = SslMode.Disable;
        }

        var builder = new NpgsqlSlimDataSourceBuilder(parts.ConnectionString);
        return builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false)).EnableArrays().EnableTransportSecurity().EnableIntegratedSecurity().Build();
    }
}
