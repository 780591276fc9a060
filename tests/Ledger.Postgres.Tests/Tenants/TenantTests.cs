using System.Text.Json.Nodes;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Records;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>A database a tenant: who sees what, migrations of all, daemons of all, and a tenant that moves.</summary>
public sealed class TenantTests : IAsyncLifetime
{
    private static readonly StreamName Run = StreamName.Run("same");
    private readonly List<TestDatabase> _databases = [];
    private TestDatabase _master = null!;
    private NpgsqlDataSource _pool = null!;

    public async Task InitializeAsync()
    {
        _master = await NewAsync();
        _pool = NpgsqlDataSource.Create(_master.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Tenants_WithTheSameIds_NeverMeet_AndAScopeHasOne()
    {
        var table = await TableAsync("acme", "bolt", "none");
        await table.DisableAsync("none");
        var services = new ServiceCollection();
        services.AddLedgerTenants(_ => table, new TenantOptions { ConnectionsPerTenant = 4, MaxConnections = 4 });
        await using var provider = services.BuildServiceProvider();
        var tenants = provider.GetRequiredService<TenantLedgers>();
        (await tenants.MigrateAsync()).ShouldAllBe(outcome => outcome.Fault == null);

        // One id, of a run and of an event, in both; the pool of one tenant is emptied each time for the other.
        var same = Guid.NewGuid();
        foreach (var (tenant, kit) in new[] { ("acme", "a"), ("bolt", "b"), ("acme", "again") })
        {
            await using var scope = provider.CreateAsyncScope();
            Should.Throw<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<IEventStore>());
            await scope.ServiceProvider.GetRequiredService<TenantScope>().UseAsync(tenant);
            await Should.ThrowAsync<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<TenantScope>().UseAsync("other"));
            var store = scope.ServiceProvider.GetRequiredService<IEventStore>();
            if (kit != "again")
            {
                await store.AppendAsync([new StreamAppend(Run, ExpectedVersion.NoStream, [new NewEvent(new KitLoaded(kit)) { Id = same }])]);
            }

            await scope.ServiceProvider.GetRequiredService<ChronoStores>().Get("p").UpsertAsync(new ChronoRecord { Id = "x", Kind = "fact", Label = tenant });
            ((KitLoaded)(await store.ReadForwardAsync(Run).SingleAsync()).Data).Kit.ShouldBe(tenant == "acme" ? "a" : "b");
            (await scope.ServiceProvider.GetRequiredService<ChronoStores>().Get("p").GetAsync("x")).ShouldNotBeNull().Label.ShouldBe(tenant);
        }

        (await Should.ThrowAsync<TenantNotFoundException>(async () => await tenants.ForTenantAsync("none"))).Tenant.ShouldBe("none");
        var acme = (await table.FindAsync("acme")).ShouldNotBeNull();
        (await Should.ThrowAsync<ArgumentException>(() => table.SetAsync(new TenantDatabase("thief", acme.ConnectionString + ";Application Name=x")))).Message
            .ShouldStartWith($"The tenants 'thief' and 'acme' have the same database '{acme.Place}', where each would see the log of the other.");
        Should.Throw<ArgumentException>(() => new StaticTenants([acme, new TenantDatabase("thief", acme.ConnectionString)]));
        acme.ToString().ShouldBe($"acme on {acme.Place}");
    }

    [Fact]
    public async Task Migrate_OneDatabaseFails_TheOthersAreDone_AndACallAfterwardsFinishes()
    {
        var table = await TableAsync("a", "b", "c");
        var right = (await table.FindAsync("b"))!;
        await table.SetAsync(new TenantDatabase("b", new NpgsqlConnectionStringBuilder(right.ConnectionString) { Database = "not_there" }.ConnectionString));
        await using var tenants = new TenantLedgers(table, new TenantOptions { MapFor = TimeSpan.Zero });
        var seen = new List<TenantProgress>();

        var first = await tenants.MigrateAsync(2, new Notes<TenantProgress>(seen.Add));
        await table.SetAsync(right);
        var second = await tenants.MigrateAsync();

        first.Select(outcome => (outcome.Tenant, outcome.Fault is null)).ShouldBe([("a", true), ("b", false), ("c", true)]);
        ((PostgresException)first[1].Fault!).SqlState.ShouldBe(PostgresErrorCodes.InvalidCatalogName);
        seen.Select(outcome => outcome.Done).Order().ShouldBe([1, 2, 3]);
        second.ShouldAllBe(outcome => outcome.Fault == null);
        foreach (var tenant in new[] { "a", "b", "c" })
        {
            (await (await tenants.ForTenantAsync(tenant)).Migrator.AssertAsync()).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Move_UnderWriters_TakesEverything_ProvesIt_AndTheFormerDatabaseRefusesWrites()
    {
        var table = await TableAsync("acme");
        await using var tenants = new TenantLedgers(table, new TenantOptions { MapFor = TimeSpan.Zero });
        await tenants.MigrateAsync();
        var former = await tenants.ForTenantAsync("acme");
        await former.Records.Get("p").UpsertAsync(new ChronoRecord { Id = "x", Kind = "fact", Label = "x" });
        await former.Runs.GetRun("same").AppendAsync([new ObjectCreated("o", "Claim")]);
        var target = await NewAsync();
        var acknowledged = 1;
        await using var otherNode = new TenantLedgers(table, new TenantOptions { MapFor = TimeSpan.FromHours(1) });
        var formerThere = await otherNode.ForTenantAsync("acme");
        var writer = WriteAsync();

        var move = await tenants.MoveAsync("acme", target.ConnectionString);
        await writer;

        move.Tables.Single(copied => copied.Table == "ledger.mt_streams").Rows.ShouldBe(2);
        move.Tables.Single(copied => copied.Table == "ledger.chrono_record").Rows.ShouldBe(1);
        var moved = await tenants.ForTenantAsync("acme");
        moved.DataSource.ConnectionString.ShouldContain(target.Name);
        (await moved.Store.GetStreamAsync(Run)).ShouldNotBeNull().Version.Value.ShouldBe(acknowledged);
        (await moved.Records.Get("p").GetAsync("x")).ShouldNotBeNull();
        await moved.Runs.GetRun("same").AppendAsync([new ObjectCreated("p", "Claim")]);
        (await moved.Runs.GetRun("same").GetWorldAsync()).Objects.Count.ShouldBeGreaterThan(1);
        (await moved.Store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync()).ShouldBeUnique();

        // Another process believes its map, until an append is refused.
        (await otherNode.ForTenantAsync("acme")).ShouldBeSameAs(formerThere);
        (await Should.ThrowAsync<PostgresException>(() => formerThere.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("lost")]))).SqlState.ShouldBe("LG042");
        await (await otherNode.ForTenantAsync("acme")).Store.AppendAsync(new StreamName("there"), ExpectedVersion.NoStream, [new KitLoaded("found")]);
        (await moved.Store.GetStreamAsync(new StreamName("there"))).ShouldNotBeNull();
        (await moved.Migrator.AssertAsync()).ShouldBeEmpty();
        (await Should.ThrowAsync<TenantMoveException>(() => tenants.MoveAsync("acme", target.ConnectionString))).Message.ShouldStartWith("The tenant 'acme' already has the database");

        // A process that still has the former map writes nothing.
        async Task WriteAsync()
        {
            try
            {
                while (true)
                {
                    await former.Store.AppendAsync(Run, ExpectedVersion.Any, [new ObjectPatched("o", new JsonObject { ["n"] = acknowledged })]);
                    acknowledged++;
                }
            }
            catch (PostgresException fault) when (fault.SqlState == "LG042")
            {
                PostgresFaults.Describe(fault).ShouldBe("This log has moved to another database: nothing was written. Ask the map of tenants again.");
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }

    [Fact]
    public async Task Move_ToADatabaseThatIsNotFree_ChangesNothing_AndAnInterruptedOneIsCalledAgain()
    {
        var table = await TableAsync("acme", "bolt", "gone");
        await using var tenants = new TenantLedgers(table, new TenantOptions { MapFor = TimeSpan.Zero });
        await tenants.MigrateAsync();
        var (acme, bolt, gone) = ((await table.FindAsync("acme"))!, (await table.FindAsync("bolt"))!, (await table.FindAsync("gone"))!);
        await table.DisableAsync("gone");
        var log = await tenants.ForTenantAsync("acme");
        await log.Runs.GetRun("same").AppendAsync([new ObjectCreated("o", "Claim")]);
        var (used, target) = (await NewAsync(), await NewAsync());
        await using var usedPool = NpgsqlDataSource.Create(used.ConnectionString);
        await new LedgerMigrator(usedPool).ApplyAsync();
        await ExecuteAsync(usedPool, "insert into ledger.subject_key (subject, key, created_at) values ('s', decode(repeat('00', 32), 'hex'), now())");

        // The database of another tenant, also by another name of its host and of a tenant that is switched off, and one with rows but no events.
        foreach (var taken in new[] { bolt.ConnectionString, AliasOf(bolt.ConnectionString), gone.ConnectionString, used.ConnectionString })
        {
            await Should.ThrowAsync<TenantMoveException>(() => tenants.MoveAsync("acme", taken));
        }

        await Should.ThrowAsync<ArgumentException>(() => table.SetAsync(new TenantDatabase("thief", AliasOf(acme.ConnectionString))));
        await Should.ThrowAsync<TenantMoveException>(() => tenants.AddAsync(new TenantDatabase("thief", gone.ConnectionString)));
        await tenants.AddAsync(gone);
        await log.Runs.GetRun("same").AppendAsync([new ObjectCreated("p", "Claim")]);
        (await ScalarAsync(usedPool, "select count(*) from ledger.subject_key")).ShouldBe(1L);

        // The copy is committed when the former database cannot be retired: the tenant keeps that one, and the copy is made again.
        await ExecuteAsync(log.DataSource, "create function ledger.in_the_way() returns trigger language plpgsql as 'begin return new; end'; "
            + "create trigger tr_log_has_moved after insert on ledger.tasks for each row execute function ledger.in_the_way()");
        (await Should.ThrowAsync<PostgresException>(() => tenants.MoveAsync("acme", target.ConnectionString))).SqlState.ShouldBe(PostgresErrorCodes.DuplicateObject);
        await ExecuteAsync(log.DataSource, "drop function ledger.in_the_way() cascade");
        (await Should.ThrowAsync<TenantMoveException>(() => tenants.AddAsync(new TenantDatabase("thief", target.ConnectionString), ExistingLog.Taken))).Message.ShouldContain("An unfinished copy");
        await log.Runs.GetRun("same").AppendAsync([new ObjectCreated("q", "Claim")]);

        await tenants.MoveAsync("acme", target.ConnectionString);

        (await (await tenants.ForTenantAsync("acme")).Runs.GetRun("same").GetWorldAsync()).Objects.Count.ShouldBe(3);
        await using var former = NpgsqlDataSource.Create(acme.ConnectionString);
        foreach (var write in new[]
        {
            "delete from ledger.subject_key", "insert into ledger.retention_hold default values", "update ledger.seal_head set size = 1", "truncate ledger.event_contract",
            "update ledger.mt_event_progression set last_seq_id = 0", "delete from ledger.mt_doc_ledger_world", "truncate ledger.mt_events cascade",
        })
        {
            (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(former, write))).SqlState.ShouldBe("LG042", write);
        }

        // The former tenant of a place is not in the way of the next one that the map gives it.
        (await Should.ThrowAsync<TenantMoveException>(() => tenants.AddAsync(new TenantDatabase("next", acme.ConnectionString)))).Message.ShouldContain("has moved to");
        await tenants.ForTenantAsync("bolt");
        await ExecuteAsync(_pool, "delete from mt_tenant_databases where tenant_id = 'bolt'");
        await tenants.AddAsync(new TenantDatabase("next", bolt.ConnectionString));
        (await tenants.ForTenantAsync("next")).Database.Place.ShouldBe(bolt.Place);

        // A row that is not right stops nothing, and its text is not shown.
        await ExecuteAsync(_pool, "insert into mt_tenant_databases (tenant_id, connection_string) values ('odd', 'Host=a;Password=x;secret=1')");
        (await table.ListAsync()).Select(tenant => tenant.Tenant).ShouldBe(["acme", "gone", "next"]);
        (await table.FindFaultsAsync()).Single().Value.ShouldNotContain("secret");
        (await Should.ThrowAsync<InvalidOperationException>(() => table.FindAsync("odd"))).Message.ShouldStartWith("The connection string of tenant 'odd'");

        static async Task ExecuteAsync(NpgsqlDataSource pool, string sql)
        {
            await using var command = pool.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        static async Task<object?> ScalarAsync(NpgsqlDataSource pool, string sql)
        {
            await using var command = pool.CreateCommand(sql);
            return await command.ExecuteScalarAsync();
        }

        static string AliasOf(string connectionString)
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString);
            parts.Host = parts.Host!.StartsWith('/') ? $"{parts.Host}/." : "localhost";
            return parts.ConnectionString;
        }
    }

    [Fact]
    public async Task Daemons_OfTwoNodes_ShareTheTenants_AndOneTakesThoseOfTheOther()
    {
        string[] names = ["a", "b", "c", "d"];
        var table = await TableAsync(names);
        var options = new TenantOptions { Ledger = new PostgresOptions { AsyncProjections = [ProjectionSamples.Tallies] } };
        await using var tenants = new TenantLedgers(table, options);
        await using var others = new TenantLedgers(table, options);
        await tenants.MigrateAsync();
        await using var first = new TenantDaemons(tenants, _pool);
        await using var second = new TenantDaemons(others, _pool);
        await first.StartAsync();
        await second.StartAsync();
        await UntilAsync(() => first.Running.Count == 2 && second.Running.Count == 2);
        first.Running.Concat(second.Running).Order().ShouldBe(names);

        await AppendAndProjectAsync();
        await second.DisposeAsync();
        await UntilAsync(() => first.Running.Count == 4);
        await AppendAndProjectAsync();

        // The database in which nodes agree is away for a moment: what runs goes on.
        await using (var end = _pool.CreateCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"))
        {
            await end.ExecuteNonQueryAsync();
        }

        _pool.Clear();

        first.Running.Count.ShouldBe(4);
        await AppendAndProjectAsync();
        first.Running.Count.ShouldBe(4);

        async Task AppendAndProjectAsync()
        {
            foreach (var name in names)
            {
                var tenant = await tenants.ForTenantAsync(name);
                await tenant.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded(name)]);
                await tenant.Store.WaitForNonStaleAsync(TimeSpan.FromMinutes(2), ProjectionSamples.Tallies);
            }
        }

        async Task UntilAsync(Func<bool> isSo)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await using var command = _pool.CreateCommand("select count(*) from pg_locks where locktype = 'advisory'");
            while (!isSo())
            {
                await command.ExecuteScalarAsync(patience.Token);
            }
        }
    }

    private async Task<TestDatabase> NewAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        _databases.Add(database);
        return database;
    }

    private async Task<TenantTable> TableAsync(params string[] tenants)
    {
        var table = new TenantTable(_pool);
        await table.CreateAsync();
        foreach (var tenant in tenants)
        {
            var database = await NewAsync();
            await table.SetAsync(new TenantDatabase(tenant, database.ConnectionString));
        }

        (await table.ListAsync()).Select(tenant => tenant.Tenant).ShouldBe(tenants.Order(StringComparer.Ordinal));
        (await TenantTable.FindSchemasAsync(_pool)).ShouldBe(["public"]);
        return table;
    }

    private sealed class Notes<T>(Action<T> note) : IProgress<T>
    {
        public void Report(T value)
        {
            lock (note)
            {
                note(value);
            }
        }
    }
}
