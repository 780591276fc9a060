using Ledger.Conformance;
using Ledger.Events;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Projections;
using Ledger.Streams;
using Ledger.Testing;
using Marten;
using Npgsql;
using Xunit;

namespace Ledger.Marten.Tests;

/// <summary>A database for one test class, on the shared server, whose tables Marten has made.</summary>
public sealed class MartenDatabase : ITestEngine, IAsyncLifetime
{
    private readonly List<MartenDatabase> _further = [];
    private readonly List<DocumentStore> _stores = [];
    private readonly bool _isMigrated;
    private TestDatabase? _database;

    public MartenDatabase()
        : this(isMigrated: true)
    {
    }

    private MartenDatabase(bool isMigrated) => _isMigrated = isMigrated;

    public ITestEngine WithoutRows => new FoldingEngine(this);

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public string ConnectionString => _database!.ConnectionString;

    /// <summary>A database with nothing in it.</summary>
    public static MartenDatabase Empty() => new(isMigrated: false);

    public async Task InitializeAsync()
    {
        var server = await TestPostgres.SharedAsync();
        _database = _isMigrated ? await server.CreateDatabaseAsync("marten", MigrateAsync) : await server.CreateDatabaseAsync();
        DataSource = NpgsqlDataSource.Create(ConnectionString + ";Maximum Pool Size=80");
    }

    public async Task DisposeAsync()
    {
        foreach (var further in _further)
        {
            await further.DisposeAsync();
        }

        _stores.ForEach(store => store.Dispose());
        await DataSource.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>A document store on the database.</summary>
    public DocumentStore CreateDocumentStore(Func<PostgresOptions, PostgresOptions>? ledger = null, Action<StoreOptions>? configure = null)
    {
        var store = DocumentStore.For(options =>
        {
            options.Connection(DataSource);
            options.DatabaseSchemaName = "ledger";
            options.UseLedger(ledger);
            configure?.Invoke(options);
        });
        _stores.Add(store);
        return store;
    }

    /// <summary>A further store on the same log.</summary>
    public MartenEventStore CreateStore(Func<PostgresOptions, PostgresOptions>? ledger = null) => new(CreateDocumentStore(ledger));

    public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(CreateStore(o => o with { Registry = registry ?? EventRegistry.Default }));

    /// <summary>A further store on the same log, which keeps Ledger's projections inline.</summary>
    public async Task<MartenEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections)
    {
        var options = new PostgresOptions { Projections = projections };
        await new Postgres.Migrations.LedgerMigrator(DataSource, options).ApplyAsync();
        return CreateStore(o => o with { Projections = projections });
    }

    async Task<IEventStore> ITestEngine.CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
        await CreateProjectingStoreAsync(projections);

    public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();

    public async Task<IEventStore> CreateEmptyStoreAsync() => (await CreateFurtherAsync()).CreateStore();

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The text that a question answers with.</summary>
    public async Task<string> TextAsync(string sql, params object[] values)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<MartenDatabase> CreateFurtherAsync()
    {
        var further = new MartenDatabase();
        await further.InitializeAsync();
        _further.Add(further);
        return further;
    }

    // By Marten, as an application that has it would.
    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var store = DocumentStore.For(options =>
        {
            options.Connection(connectionString + ";Pooling=false");
            options.DatabaseSchemaName = "ledger";
            options.UseLedger();
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
    }

    private sealed class FoldingEngine(MartenDatabase database) : ITestEngine
    {
        public ITestEngine WithoutRows => this;

        public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => Task.FromResult<IEventStore>(
            database.CreateStore(o => o with { Registry = registry ?? EventRegistry.Default, WorldRows = WorldRows.Off }));

        public async Task<IEventStore> CreateEmptyStoreAsync() =>
            (await database.CreateFurtherAsync()).CreateStore(o => o with { WorldRows = WorldRows.Off });

        public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
            throw new NotSupportedException("No class of the suite asks for projections without rows of worlds.");

        public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();
    }
}
