using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Ledger.Log;
using Ledger.Postgres.Tenants;
using Ledger.Records;
using Ledger.Testing;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

/// <summary>Marten's <c>MultiTenantedDatabases…</c> with <c>AddLedger</c>: each tenant's log is in its own database, by sessions and by services.</summary>
public sealed class MartenTenantTests : IAsyncLifetime
{
    private static readonly StreamName Run = StreamName.Run("same");
    private readonly Dictionary<string, TestDatabase> _databases = [];

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "master", "acme", "bolt" })
        {
            _databases[name] = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        }
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var database in _databases.Values)
        {
            await database.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("static")]
    [InlineData("table")]
    public async Task AddLedger_DatabaseATenant_SameIdsNeverMeet(string kind)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMarten(options =>
        {
            options.Projections.Snapshot<Kits>(SnapshotLifecycle.Inline);
            if (kind == "static")
            {
                options.MultiTenantedDatabases(tenants =>
                {
                    tenants.AddSingleTenantDatabase(_databases["acme"].ConnectionString, "acme");
                    tenants.AddSingleTenantDatabase(_databases["bolt"].ConnectionString, "bolt");
                });
            }
            else
            {
                options.MultiTenantedDatabasesWithMasterDatabaseTable(_databases["master"].ConnectionString);
            }
        }).AddLedger();
        if (kind == "table")
        {
            // The table of Ledger is that of Marten.
            await using var master = NpgsqlDataSource.Create(_databases["master"].ConnectionString);
            var table = new TenantTable(master);
            await table.CreateAsync();
            await table.SetAsync(new TenantDatabase("acme", _databases["acme"].ConnectionString));
            await table.SetAsync(new TenantDatabase("bolt", _databases["bolt"].ConnectionString));
        }

        await using var provider = services.BuildServiceProvider();
        var documents = provider.GetRequiredService<IDocumentStore>();
        var tenants = provider.GetRequiredService<MartenTenants>();
        foreach (var tenant in new[] { "acme", "bolt" })
        {
            await using var session = documents.LightweightSession(tenant);
            session.Events.Append("order", new KitLoaded(tenant));
            await session.Ledger().GetRun("same").AppendAsync([new ObjectCreated(tenant, "Claim")]);
            await session.SaveChangesAsync();

            var log = await tenants.ForTenantAsync(tenant);
            await log.Store.AppendAsync(Run, ExpectedVersion.Exactly(new StreamVersion(1)), [new ObjectCreated($"{tenant}-2", "Claim")]);
            await log.Records.Get("p").UpsertAsync(new ChronoRecord { Id = "x", Kind = "fact", Label = tenant });
        }

        foreach (var tenant in new[] { "acme", "bolt" })
        {
            var log = await tenants.ForTenantAsync(tenant);
            (await log.Runs.GetRun("same").GetWorldAsync()).Objects.Select(o => o.Id).Order(StringComparer.Ordinal).ShouldBe([tenant, $"{tenant}-2"]);
            ((KitLoaded)(await log.Store.ReadForwardAsync(new StreamName("order")).SingleAsync()).Data).Kit.ShouldBe(tenant);
            (await log.Records.Get("p").GetAsync("x")).ShouldNotBeNull().Label.ShouldBe(tenant);
            (await log.Migrator.AssertAsync()).ShouldBeEmpty();
            await using var session = documents.QuerySession(tenant);
            (await session.Events.FetchStreamAsync("run:same")).Count.ShouldBe(2);
            (await session.LoadAsync<Kits>("order")).ShouldNotBeNull().Count.ShouldBe(1);
        }

        await Should.ThrowAsync<TenantNotFoundException>(() => tenants.ForTenantAsync("none"));
        const string Sentence =
            "The document store has a database for each tenant, and none was named. Nothing was written; open the session for a tenant, or ask MartenTenants.ForTenantAsync.";
        (await Should.ThrowAsync<NotSupportedException>(() => provider.GetRequiredService<AgentLedger>().GetRun("same").AppendAsync([new KitLoaded("k")]))).Message.ShouldBe(Sentence);

        // Marten opens no session of no tenant, which it says by another exception for each kind.
        Should.Throw<Exception>(() => documents.LightweightSession()).Message.ShouldMatch("Default tenant|default tenant");
    }

    [Fact]
    public async Task TenantThatMovedFromAnotherProcess_IsFoundInItsNewPlace()
    {
        await using var target = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var master = NpgsqlDataSource.Create(_databases["master"].ConnectionString);
        var table = new TenantTable(master);
        await table.CreateAsync();
        await table.SetAsync(new TenantDatabase("acme", _databases["acme"].ConnectionString));
        await table.SetAsync(new TenantDatabase("bolt", _databases["bolt"].ConnectionString));
        using var documents = DocumentStore.For(options =>
        {
            options.MultiTenantedDatabasesWithMasterDatabaseTable(_databases["master"].ConnectionString);
            options.UseLedger();
        });
        var tenants = new MartenTenants(documents);
        await AppendAsync("bolt");
        await AppendAsync("acme");
        var former = await tenants.ForTenantAsync("acme");
        await former.Store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("a")]);
        await using var elsewhere = new TenantLedgers(table);
        await elsewhere.MoveAsync("acme", target.ConnectionString);

        // What knows the former place is refused there, once; the store of a tenant stays where it is.
        (await Should.ThrowAsync<PostgresException>(() => AppendAsync("acme"))).SqlState.ShouldBe("LG042");
        await AppendAsync("acme");
        (await Should.ThrowAsync<PostgresException>(() => former.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("b")]))).SqlState.ShouldBe("LG042");
        var moved = await tenants.ForTenantAsync("acme");
        await moved.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("c")]);
        (await moved.Store.GetStreamAsync(Run)).ShouldNotBeNull().Version.Value.ShouldBe(2);
        (await moved.Store.GetStreamAsync(new StreamName("order"))).ShouldNotBeNull().Version.Value.ShouldBe(2);

        // By the store alone too; and another tenant may have the former place.
        await using var back = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await elsewhere.MoveAsync("bolt", back.ConnectionString);
        var bolt = await tenants.ForTenantAsync("bolt");
        while ((await bolt.Store.GetStreamAsync(new StreamName("order")))!.Version.Value < 2)
        {
            try
            {
                await bolt.Store.AppendAsync(new StreamName("order"), ExpectedVersion.Any, [new KitLoaded("d")]);
            }
            catch (PostgresException fault) when (fault.SqlState == "LG042")
            {
                bolt = await tenants.ForTenantAsync("bolt");
            }
        }

        (await (await elsewhere.ForTenantAsync("bolt")).Store.GetStreamAsync(new StreamName("order")))!.Version.Value.ShouldBe(2);

        // One that is switched off is gone, for sessions too; to doubt it is what some seconds do.
        await table.DisableAsync("bolt");
        StoreConfiguration.Of(documents).Doubt("bolt");
        await Should.ThrowAsync<TenantNotFoundException>(() => tenants.ForTenantAsync("bolt"));
        Should.Throw<UnknownTenantIdException>(() => documents.LightweightSession("bolt"));
        await AppendAsync("acme");

        async Task AppendAsync(string tenant)
        {
            await using var session = documents.LightweightSession(tenant);
            session.Events.Append("order", new KitLoaded(tenant));
            await session.SaveChangesAsync();
        }
    }

    [Fact]
    public async Task EventsThatNameATenantOfBefore_AreOfOneStreamForMartensDaemon()
    {
        var connectionString = _databases["acme"].ConnectionString;
        await using var documents = DocumentStore.For(options =>
        {
            options.Connection(connectionString);
            options.UseLedger();
            options.Projections.Snapshot<Kits>(SnapshotLifecycle.Async);
        });
        await using (var session = documents.LightweightSession())
        {
            session.Events.Append("order", new KitLoaded("a"), new KitLoaded("b"), new KitLoaded("c"));
            await session.SaveChangesAsync();
        }

        // As a move of a sealed log out of a schema of many leaves them.
        await using (var moved = NpgsqlDataSource.Create(connectionString + ";Pooling=false"))
        {
            await using var names = moved.CreateCommand("set session_replication_role = replica; update ledger.mt_events set tenant_id = 'acme' where version < 3");
            await names.ExecuteNonQueryAsync();
        }

        using var daemon = await documents.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync<Kits>(CancellationToken.None);
        await using var reading = documents.QuerySession();
        (await reading.LoadAsync<Kits>("order")).ShouldNotBeNull().Count.ShouldBe(3);
    }

    [Fact]
    public async Task Tenants_WithOneDatabase_AreRefused_AndNothingIsWritten()
    {
        var shared = _databases["acme"].ConnectionString;
        var place = new NpgsqlConnectionStringBuilder(shared) is var parts ? $"'{parts.Database}' on {parts.Host}:{parts.Port}" : "";
        foreach (var known in (Action<StoreOptions>[])[
            options => options.MultiTenantedDatabases(tenants => tenants.AddMultipleTenantDatabase(shared).ForTenants("acme", "bolt")),
            options => options.MultiTenantedDatabases(tenants =>
            {
                tenants.AddSingleTenantDatabase(shared, "acme");
                tenants.AddSingleTenantDatabase(shared + ";Timeout=20", "bolt");
            }),
        ])
        {
            Should.Throw<Exception>(() => StoreOf(known)).Message.ShouldContain($"The tenants 'acme', 'bolt' have one database, {place}, where the log does not keep them apart");
        }

        Should.Throw<Exception>(() => StoreOf(options => options.MultiTenantedWithShardedDatabases(pool => pool.ConnectionString = _databases["master"].ConnectionString)))
            .Message.ShouldContain("'MultiTenantedWithShardedDatabases' divides the event tables into a partition and a sequence for each tenant, which Ledger does not read.");

        // A table shows it when the second is used; another program may have filled it.
        await using var master = NpgsqlDataSource.Create(_databases["master"].ConnectionString);
        await new TenantTable(master).CreateAsync();
        await using (var command = master.CreateCommand("insert into mt_tenant_databases (tenant_id, connection_string) values ('acme', $1), ('bolt', $1)"))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = shared });
            await command.ExecuteNonQueryAsync();
        }

        using var documents = StoreOf(options => options.MultiTenantedDatabasesWithMasterDatabaseTable(_databases["master"].ConnectionString));
        await using (var session = documents.LightweightSession("acme"))
        {
            session.Events.Append("order", new KitLoaded("acme"));
            await session.SaveChangesAsync();
        }

        await using (var session = documents.LightweightSession("bolt"))
        {
            Should.Throw<TenancyException>(() => session.Ledger()).Message.ShouldBe(
                $"The tenants 'acme', 'bolt' have one database, {place}, where the log does not keep them apart: give each its own, or put them "
                + "into a schema of many by 'UseLedger(new ConjoinedTenants(…))'. Nothing was read or written.");
            session.Events.Append("order", new KitLoaded("bolt"));
            await Should.ThrowAsync<TenancyException>(() => session.SaveChangesAsync());
        }

        await Should.ThrowAsync<TenancyException>(() => new MartenTenants(documents).ForTenantAsync("bolt"));
        (await (await new MartenTenants(documents).ForTenantAsync("acme")).Store.ReadLogAsync().CountAsync()).ShouldBe(1);

        static DocumentStore StoreOf(Action<StoreOptions> tenants) => DocumentStore.For(options =>
        {
            tenants(options);
            options.UseLedger();
        });
    }

    /// <summary>An inline projection of Marten, whose documents are the tenant's too.</summary>
    public sealed class Kits
    {
        public string Id { get; set; } = "";

        public int Count { get; set; }

        public void Apply(KitLoaded loaded) => Count += loaded.Kit is null ? 0 : 1;
    }
}
