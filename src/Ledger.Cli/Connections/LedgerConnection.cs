using Ledger.Cli.Output;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Cli.Connections;

/// <summary>A database and what is done with it.</summary>
internal sealed class LedgerConnection : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;

    private LedgerConnection(NpgsqlDataSource dataSource, Session session)
    {
        _dataSource = dataSource;
        var options = session.Options;
        try
        {
            Migrator = new LedgerMigrator(dataSource, options);
            Store = new PostgresEventStore(dataSource, options);
            Projections = new ProjectionAdmin(dataSource, options);
        }
        catch (PostgresOptionsException exception)
        {
            throw new UsageException(exception.Faults[0]
                .Replace(nameof(PostgresOptions.EventSchema), "--schema", StringComparison.Ordinal)
                .Replace(nameof(PostgresOptions.RetryFor), "--retry-for", StringComparison.Ordinal));
        }

        Ledger = new AgentLedger(Store, options.Limits, new WarningLogger(session.Io), session.Io.TimeProvider);
    }

    /// <summary>The runs and branches.</summary>
    public AgentLedger Ledger { get; }

    /// <summary>The tasks, calls and messages.</summary>
    public TaskLedger Tasks => new(Store);

    /// <summary>The log.</summary>
    public PostgresEventStore Store { get; }

    /// <summary>What is derived from the log.</summary>
    public ProjectionAdmin Projections { get; }

    /// <summary>The schema.</summary>
    public LedgerMigrator Migrator { get; }

    /// <summary>Opens a connection for a transaction of one's own.</summary>
    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        PostgresDataSources.ForWriting(_dataSource).OpenConnectionAsync(cancellationToken);

    /// <summary>Connects, and makes sure that the schema is up to date.</summary>
    /// <remarks>The private server is the user's own, and is migrated. Any other is refused until <c>ledger migrate apply</c> was run.</remarks>
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

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects to a schema as it is, for the commands that are about the schema.</summary>
    public static async Task<LedgerConnection> OpenAsIsAsync(Session session, CancellationToken cancellationToken) =>
        Of(await ServerAddress.FindAsync(session, cancellationToken), session);

    /// <summary>Connects to nothing, for what is said without a server.</summary>
    public static LedgerConnection Unconnected(Session session) => new(NpgsqlDataSource.Create("Host=unconnected"), session);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    private static LedgerConnection Of(ServerAddress address, Session session)
    {
        try
        {
            return new(PostgresDataSources.Create(address.ConnectionString), session);
        }
        catch (PostgresOptionsException exception)
        {
            throw new UsageException(exception.Faults[0]);
        }
    }
}
