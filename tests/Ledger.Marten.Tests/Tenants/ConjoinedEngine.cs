using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Projections;
using Marten;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

/// <summary>A schema with the logs of many tenants, which all classes of its collection share: as an engine of the suite its stores are Marten's, of tenants.</summary>
public sealed class ConjoinedEngine : ITestEngine, IAsyncLifetime
{
    private readonly Dictionary<(EventRegistry Registry, WorldRows Rows), DocumentStore> _ofSuite = [];
    private readonly List<DocumentStore> _stores = [];
    private int _added;

    public ITestEngine WithoutRows => new Folding(this);

    /// <summary>The tables, and the native engine on them.</summary>
    public ConjoinedDatabase Schema { get; } = new();

    public Task InitializeAsync() => Schema.InitializeAsync();

    public async Task DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        await Schema.DisposeAsync();
    }

    public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => StoreOfSuiteAsync(registry, WorldRows.Inline);

    public async Task<IEventStore> CreateEmptyStoreAsync() => await StoreAsync(DocumentsOfSuite(null, WorldRows.Inline), await AddAsync());

    public async Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections)
    {
        await Schema.CreateProjectingStoreAsync(projections);
        return await StoreAsync(CreateDocumentStore(o => o with { Projections = projections }), "suite");
    }

    public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();

    /// <summary>Adds a tenant, and returns its name.</summary>
    public async Task<string> AddAsync()
    {
        var tenant = $"marten {Interlocked.Increment(ref _added)}";
        await Schema.Map.AddAsync(tenant);
        return tenant;
    }

    /// <summary>A document store on the schema, whose documents are tenants' too.</summary>
    public DocumentStore CreateDocumentStore(Func<PostgresOptions, PostgresOptions>? ledger = null, Action<StoreOptions>? configure = null, ConjoinedStoreOptions? connections = null)
    {
        var store = DocumentStore.For(options =>
        {
            options.DatabaseSchemaName = "docs";
            options.Policies.AllDocumentsAreMultiTenanted();
            options.UseLedger(Schema.Map, connections ?? new ConjoinedStoreOptions { ConnectionsPerTenant = 40 }, ledger);
            configure?.Invoke(options);
        });
        _stores.Add(store);
        return store;
    }

    private static async Task<IEventStore> StoreAsync(DocumentStore documents, string tenant) => (await new MartenTenants(documents).ForTenantAsync(tenant)).Store;

    private Task<IEventStore> StoreOfSuiteAsync(EventRegistry? registry, WorldRows rows) => StoreAsync(DocumentsOfSuite(registry, rows), "suite");

    // As in an application, stores share a document store.
    private DocumentStore DocumentsOfSuite(EventRegistry? registry, WorldRows rows)
    {
        var key = (registry ?? EventRegistry.Default, rows);
        if (!_ofSuite.TryGetValue(key, out var documents))
        {
            _ofSuite[key] = documents = CreateDocumentStore(o => o with { Registry = key.Item1, WorldRows = rows });
        }

        return documents;
    }

    private sealed class Folding(ConjoinedEngine engine) : ITestEngine
    {
        public ITestEngine WithoutRows => this;

        public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => engine.StoreOfSuiteAsync(registry, WorldRows.Off);

        public async Task<IEventStore> CreateEmptyStoreAsync() => await StoreAsync(engine.DocumentsOfSuite(null, WorldRows.Off), await engine.AddAsync());

        public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) => throw new NotSupportedException("No class of these tests asks for it.");

        public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();
    }
}
