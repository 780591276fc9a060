using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Testing;
using Npgsql;
using Xunit;

namespace Ledger.Postgres.Tests;

/// <summary>A database with the schema, for one test class: on the shared server, or on a server that a test may kill.</summary>
public sealed class LedgerDatabase : ITestEngine, IAsyncLifetime, IAsyncDisposable
{
    private const string EndSomeSessions = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and random() < 0.3;
        select pg_sleep(1.1)
        """;

    private readonly List<LedgerDatabase> _further = [];
    private ProjectionDaemon? _daemon;
    private TestPostgres? _ownServer;
    private TestDatabase? _database;

    public ITestEngine WithoutRows => new FoldingEngine(this);

    /// <summary>The same engine with rows of worlds that a daemon writes, which runs meanwhile.</summary>
    public ITestEngine WithAsyncRows => new AsyncRowsEngine(this);

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public PostgresEventStore Store { get; private set; } = null!;

    public string ConnectionString => _database!.ConnectionString;

    /// <summary>A server of the test's own that writes to disk as a real one does, and can be killed.</summary>
    public static async Task<(TestPostgres Server, LedgerDatabase Database)> OnDurableServerAsync()
    {
        var server = await TestPostgres.StartAsync(
            new TestPostgresOptions { Server = TestServer.Own, Durability = TestDurability.Full });
        var database = new LedgerDatabase { _ownServer = server };
        await database.InitializeAsync();
        return (server, database);
    }

    /// <summary>The test's own server, where no other transactions keep dead rows.</summary>
    public static async Task<LedgerDatabase> OnOwnServerAsync()
    {
        var database = new LedgerDatabase
        {
            _ownServer = await TestPostgres.StartAsync(new TestPostgresOptions { Server = TestServer.Own }),
        };
        await database.InitializeAsync();
        return database;
    }

    public async Task InitializeAsync()
    {
        var server = _ownServer ?? await TestPostgres.SharedAsync();
        _database = await server.CreateDatabaseAsync("ledger", MigrateAsync);
        DataSource = NpgsqlDataSource.Create(ConnectionString + ";Maximum Pool Size=80");
        Store = new PostgresEventStore(DataSource);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var further in _further)
        {
            await further.DisposeAsync();
        }

        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        await DataSource.DisposeAsync();
        await _database!.DisposeAsync();
        if (_ownServer is not null)
        {
            await _ownServer.DisposeAsync();
        }
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    /// <summary>A further store on the same log.</summary>
    public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => Task.FromResult<IEventStore>(
        new PostgresEventStore(DataSource, new PostgresOptions { Registry = registry ?? EventRegistry.Default }));

    /// <summary>A further store on the same log that keeps projections inline; the tables of their documents are made.</summary>
    public async Task<PostgresEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections)
    {
        var options = new PostgresOptions { Projections = projections };
        await new LedgerMigrator(DataSource, options).ApplyAsync();
        return new PostgresEventStore(DataSource, options);
    }

    async Task<IEventStore> ITestEngine.CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
        await CreateProjectingStoreAsync(projections);

    public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();

    public async Task<IEventStore> CreateEmptyStoreAsync() => (await CreateFurtherAsync()).Store;

    /// <summary>A further store on the same log, which keeps no worlds as rows.</summary>
    public PostgresEventStore CreateStoreWithoutRows(EventRegistry? registry = null) =>
        new(DataSource, new PostgresOptions { Registry = registry ?? EventRegistry.Default, WorldRows = WorldRows.Off });

    /// <summary>A further store on the same log, whose rows of worlds a daemon writes, which runs from now on.</summary>
    public async Task<PostgresEventStore> CreateStoreWithAsyncRowsAsync(EventRegistry? registry = null)
    {
        var options = new PostgresOptions { Registry = registry ?? EventRegistry.Default, WorldRows = WorldRows.Async };
        if (_daemon is null)
        {
            _daemon = new ProjectionDaemon(DataSource, options, new DaemonOptions { MaxConnections = 1, SearchIndex = false });
            await _daemon.StartAsync();
        }

        return new PostgresEventStore(DataSource, options);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends a part of the sessions in the database, and lets more than a second pass.</summary>
    public async Task DisturbAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(EndSomeSessions, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<LedgerDatabase> CreateFurtherAsync()
    {
        var further = new LedgerDatabase();
        await further.InitializeAsync();
        _further.Add(further);
        return further;
    }

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await new LedgerMigrator(dataSource).ApplyAsync(cancellationToken);
    }

    private sealed class FoldingEngine(LedgerDatabase database) : ITestEngine
    {
        public ITestEngine WithoutRows => this;

        public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
            Task.FromResult<IEventStore>(database.CreateStoreWithoutRows(registry));

        public async Task<IEventStore> CreateEmptyStoreAsync() => (await database.CreateFurtherAsync()).CreateStoreWithoutRows();

        public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
            throw new NotSupportedException("No class of the suite asks for projections without rows of worlds.");

        public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();
    }

    private sealed class AsyncRowsEngine(LedgerDatabase database) : ITestEngine
    {
        public ITestEngine WithoutRows => database.WithoutRows;

        public async Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => await database.CreateStoreWithAsyncRowsAsync(registry);

        public async Task<IEventStore> CreateEmptyStoreAsync() => await (await database.CreateFurtherAsync()).CreateStoreWithAsyncRowsAsync();

        public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
            throw new NotSupportedException("No class of the suite asks for projections with asynchronous rows of worlds.");

        public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();
    }
}
