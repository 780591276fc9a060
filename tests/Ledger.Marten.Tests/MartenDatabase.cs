using Ledger.Conformance;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Projections;
using Ledger.Testing;
using Marten;
using Npgsql;
using Xunit;

namespace Ledger.Marten.Tests;

/// <summary>A database for one test class, on the shared server, whose tables Marten has made.</summary>
public sealed class MartenDatabase : ITestEngine, IAsyncLifetime
{
    private const string EndSomeSessions = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and random() < 0.3;
        select pg_sleep(1.1)
        """;

    private readonly List<MartenDatabase> _further = [];
    private readonly List<DocumentStore> _stores = [];
    private readonly Dictionary<(EventRegistry Registry, WorldRows Rows, bool IsFirst), DocumentStore> _ofSuite = [];
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

    /// <summary>A document store that knows nothing of Ledger, with the options under which the tables are the same.</summary>
    public DocumentStore CreateStoreOfMartenAlone(Action<StoreOptions>? configure = null) => DocumentStore.For(options =>
    {
        options.Connection(DataSource);
        options.DatabaseSchemaName = "ledger";
        options.Events.StreamIdentity = JasperFx.Events.StreamIdentity.AsString;
        options.Events.MetadataConfig.CorrelationIdEnabled = true;
        options.Events.MetadataConfig.CausationIdEnabled = true;
        options.Events.MetadataConfig.HeadersEnabled = true;
        options.Events.EnableUniqueIndexOnEventId = true;
        options.Events.AddEventType<KitLoaded>();
        configure?.Invoke(options);
    });

    /// <summary>A further store on the same log.</summary>
    public MartenEventStore CreateStore(Func<PostgresOptions, PostgresOptions>? ledger = null) => new(CreateDocumentStore(ledger));

    public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(StoreOfSuite(registry, WorldRows.Inline, isFirst: true));

    /// <summary>A further store on the same log, which keeps Ledger's projections inline.</summary>
    public async Task<MartenEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections)
    {
        var options = new PostgresOptions { Projections = projections };
        await new Postgres.Schema.LedgerMigrator(DataSource, options).ApplyAsync();
        return CreateStore(o => o with { Projections = projections });
    }

    async Task<IEventStore> ITestEngine.CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
        await CreateProjectingStoreAsync(projections);

    public Task<IEventStore> OpenAgainAsync(IEventStore store) =>
        Task.FromResult<IEventStore>(StoreOfSuite(null, WorldRows.Inline, isFirst: false));

    public async Task<IEventStore> CreateEmptyStoreAsync() => (await CreateFurtherAsync()).CreateStore();

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Has the next save of a session fail as a deadlock does, whereupon Marten repeats it in another transaction.</summary>
    public async Task FailOnceAsync(IDocumentSession session)
    {
        // A sequence is not rolled back.
        var name = $"public.once_{Guid.NewGuid():N}";
        await ExecuteAsync($"create sequence {name}");
        await ExecuteAsync($"""
            create procedure {name}() language plpgsql as
            $$ begin if nextval('{name}') = 1 then raise exception 'once' using errcode = '40P01'; end if; end $$
            """);
        session.QueueSqlCommand($"call {name}()");
    }

    /// <summary>Ends a part of the sessions in the database, and lets more than a second pass.</summary>
    public async Task DisturbAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(EndSomeSessions, connection);
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

    // As in an application, stores share a document store: each looks at the whole schema before its first use.
    private MartenEventStore StoreOfSuite(EventRegistry? registry, WorldRows rows, bool isFirst)
    {
        var key = (registry ?? EventRegistry.Default, rows, isFirst);
        if (!_ofSuite.TryGetValue(key, out var documents))
        {
            _ofSuite[key] = documents = CreateDocumentStore(o => o with { Registry = key.Item1, WorldRows = rows });
        }

        return new MartenEventStore(documents);
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

        public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
            Task.FromResult<IEventStore>(database.StoreOfSuite(registry, WorldRows.Off, isFirst: true));

        public async Task<IEventStore> CreateEmptyStoreAsync() =>
            (await database.CreateFurtherAsync()).CreateStore(o => o with { WorldRows = WorldRows.Off });

        public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) =>
            throw new NotSupportedException("No class of the suite asks for projections without rows of worlds.");

        public Task<IEventStore> OpenAgainAsync(IEventStore store) =>
            Task.FromResult<IEventStore>(database.StoreOfSuite(null, WorldRows.Off, isFirst: false));
    }
}
