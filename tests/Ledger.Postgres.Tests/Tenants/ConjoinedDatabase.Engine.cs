using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>As an engine of the suite: its stores are those of tenants.</summary>
public sealed partial class ConjoinedDatabase : ITestEngine
{
    private int _added;

    public ITestEngine WithoutRows => new FoldingEngine(this);

    public async Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => await StoreOfAsync("suite", new PostgresOptions { Registry = registry ?? EventRegistry.Default });

    public async Task<IEventStore> CreateEmptyStoreAsync() => (await AddNextAsync()).Store.Shared();

    public async Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections)
    {
        var options = new PostgresOptions { Projections = projections };
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await new LedgerMigrator(dataSource, options).ApplyAsync();
        return await StoreOfAsync("suite", options);
    }

    public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();

    private Task<TenantLedger> AddNextAsync() => AddAsync($"tenant {Interlocked.Increment(ref _added)}");

    private async Task<IEventStore> StoreOfAsync(string tenant, PostgresOptions options) => (await NewLedgers(options).ForTenantAsync(tenant)).Store;

    private sealed class FoldingEngine(ConjoinedDatabase database) : ITestEngine
    {
        public ITestEngine WithoutRows => this;

        public Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
            database.StoreOfAsync("suite", new PostgresOptions { Registry = registry ?? EventRegistry.Default, WorldRows = WorldRows.Off });

        public async Task<IEventStore> CreateEmptyStoreAsync() =>
            await database.StoreOfAsync((await database.AddNextAsync()).Tenant, new PostgresOptions { WorldRows = WorldRows.Off });

        public Task<IEventStore> CreateProjectingStoreAsync(IReadOnlyList<Projection> projections) => throw new NotSupportedException("No class of these tests asks for it.");

        public Task<IEventStore> OpenAgainAsync(IEventStore store) => CreateStoreAsync();
    }
}
