using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres.Tests.Tenants;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Schema;

/// <summary>Several programs, or several tenants of one, that begin at the same moment and find tables or functions missing: each would make them.</summary>
public sealed class StartsTogetherTests
{
    private const int Starts = 6;

    private static readonly string[] Names = [.. Enumerable.Range(0, Starts).Select(n => $"together-{n}")];

    [Fact]
    public async Task FirstAppends_OfSeveralStores_OnAnEmptyDatabase_AllSucceed()
    {
        var database = MartenDatabase.Empty();
        await database.InitializeAsync();
        try
        {
            MartenEventStore[] stores = [.. Enumerable.Range(0, Starts).Select(_ => database.CreateStore())];
            await AppendAtOnceAsync(stores);
            (await stores[0].ReadLogAsync().CountAsync()).ShouldBe(Starts);
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task FirstAppends_OfSeveralTenantsOfASchema_AllSucceed()
    {
        await using var database = new ConjoinedDatabase();
        await database.InitializeAsync();
        using var documents = DocumentStore.For(options =>
        {
            options.DatabaseSchemaName = "docs";
            options.Policies.AllDocumentsAreMultiTenanted();
            options.UseLedger(database.Map, new ConjoinedStoreOptions { ConnectionsPerTenant = 4 });
        });
        var tenants = new MartenTenants(documents);
        var stores = new List<MartenEventStore>();
        foreach (var name in Names)
        {
            await database.Map.AddAsync(name);
            stores.Add((await tenants.ForTenantAsync(name)).Store);
        }

        // Half of them through sessions of Marten.
        await Task.WhenAll(AppendAtOnceAsync(stores[..(Starts / 2)]), Task.WhenAll(Names[(Starts / 2)..].Select(name => Task.Run(() => SaveAsync(name)))));
        foreach (var store in stores)
        {
            (await store.ReadLogAsync().CountAsync()).ShouldBe(1);
        }

        async Task SaveAsync(string tenant)
        {
            await using var session = documents.LightweightSession(tenant);
            session.Events.Append("order", new KitLoaded(tenant));
            await session.SaveChangesAsync();
        }
    }

    private static Task<AppendResult[]> AppendAtOnceAsync(IReadOnlyList<MartenEventStore> stores) => Task.WhenAll(stores.Select((store, n) => Task.Run(() =>
        store.AppendAsync(new StreamName($"order-{n}"), ExpectedVersion.NoStream, [new KitLoaded($"{n}")]))));
}
