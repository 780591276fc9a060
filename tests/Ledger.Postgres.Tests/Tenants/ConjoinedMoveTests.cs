using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>A tenant leaves a schema of many for a database of its own, and comes into another schema of many: nothing is missing, and the others go on.</summary>
public sealed class ConjoinedMoveTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    private static readonly StreamName Run = StreamName.Run(EveryCall.Id);

    [Fact]
    public async Task Move_OutOfASchemaOfMany_AndIntoAnother_TakesEverything()
    {
        var (acme, bolt) = (await ToldAsync(database, "acme"), await ToldAsync(database, "bolt"));
        await acme.Quotas.SetAsync(new LogQuota { Events = 10_000, Bytes = 10_000_000 });
        var (log, world, used) = (await LogOfAsync(acme.Store), await WorldOfAsync(acme), await acme.Quotas.ReadAsync());
        await using var own = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var tenants = new TenantLedgers(database.Map, new TenantOptions { Ledger = TenantStory.Options, MapFor = TimeSpan.Zero });
        await using var follower = acme.Store.SubscribeAsync().GetAsyncEnumerator();
        (await follower.MoveNextAsync()).ShouldBeTrue();

        // A copy that fails gives the tenant its log back.
        await using (var pool = NpgsqlDataSource.Create(own.ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(pool, TenantStory.Options).ApplyAsync();
            await ExecuteAsync(pool, "create function ledger.in_the_way() returns trigger language plpgsql as 'begin raise exception ''in the way''; end'; "
                + "create trigger in_the_way before insert on ledger.world_object for each row execute function ledger.in_the_way(); alter table ledger.world_object enable always trigger in_the_way");
            await Should.ThrowAsync<PostgresException>(() => tenants.MoveAsync("acme", own.ConnectionString));
            await acme.Store.AppendAsync(StreamName.Run("meanwhile"), ExpectedVersion.NoStream, [new KitLoaded("x")]);
            await Should.ThrowAsync<TenantMoveException>(() => tenants.MoveAsync("acme", database.ConnectionString));
            await ExecuteAsync(pool, "drop function ledger.in_the_way() cascade");
        }

        log = await LogOfAsync(acme.Store);
        using var stop = new CancellationTokenSource();
        var others = WriteAsync(bolt.Store, stop.Token);

        var move = await tenants.MoveAsync("acme", own.ConnectionString);

        await stop.CancelAsync();
        (await others).ShouldBeGreaterThan(0);
        move.Tables.ShouldContain(table => table.Table == "ledger.mt_events" && table.Rows == log.Count);
        move.Tables.Count(table => table.Rows > 0).ShouldBeGreaterThan(20);
        (await Should.ThrowAsync<PostgresException>(() => acme.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("lost")]))).SqlState.ShouldBe("LG042");
        await bolt.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("kept")]);
        (await new LedgerMigrator(bolt.DataSource, bolt.Options).AssertAsync()).ShouldBeEmpty();
        (await database.Map.FindAsync("acme")).ShouldBeNull();
        await Should.ThrowAsync<TenantMoveException>(async () =>
        {
            while (await follower.MoveNextAsync())
            {
            }
        });

        // Its rows stay until they are deleted, and those of others stay then too.
        var ofBolt = await database.RowsOfAsync("bolt");
        (await Should.ThrowAsync<TenancyException>(() => database.Map.DeleteAsync("bolt", database.SuperuserString))).Message.ShouldBe("The tenant 'bolt' is not switched off. Nothing was deleted.");
        await Should.ThrowAsync<TenancyException>(() => database.Map.DeleteAsync("acme", own.ConnectionString));
        (await database.RowsOfAsync("acme")).ShouldNotBeEmpty();
        (await database.Map.DeleteAsync("acme", database.SuperuserString)).ShouldBeGreaterThan(log.Count);
        (await database.RowsOfAsync("acme")).ShouldBeEmpty();
        (await database.RowsOfAsync("bolt")).ShouldBe(ofBolt);
        await Should.ThrowAsync<TenantNotFoundException>(() => database.Map.DeleteAsync("acme", database.SuperuserString));
        (await (await database.AddAsync("acme")).Store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("another of the name")])).Version.Value.ShouldBe(1);

        await using var map = Ledgers("acme", own.ConnectionString);
        var moved = await map.ForTenantAsync("acme");
        (await LogOfAsync(moved.Store)).ShouldBe(log);
        (await WorldOfAsync(moved)).ShouldBe(world);
        (await moved.Migrator.AssertAsync()).ShouldBeEmpty();
        (await moved.Quotas.ReadAsync()).Quota.ShouldBe(used.Quota);
        await moved.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("first")]);
        (await moved.Quotas.ReadAsync()).Events.ShouldBe(log.Count + 1, "its quota goes on counting");
        (await moved.Store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync()).ShouldBeUnique();

        // Into a schema of many that has given the same numbers to others: it gets free ones, in the same order.
        var second = new ConjoinedDatabase();
        await second.InitializeAsync();
        await using var _ = second;
        var there = await ToldAsync(second, "there");
        var (rows, whole) = (await second.RowsOfAsync("there"), await LogOfAsync(moved.Store));
        await second.Map.AddAsync("acme");
        var target = (await second.Map.FindAsync("acme"))!.ConnectionString;

        // Notes about numbers that no event has, as those that other writers have drawn, stay behind.
        await ExecuteAsync(moved.DataSource, "insert into ledger.search_entry (seq, keys) values (9000001, '{}')");
        await map.MoveAsync("acme", target, second.SuperuserString);

        await using var back = Ledgers("acme", target);
        var again = await back.ForTenantAsync("acme");
        (await LogOfAsync(again.Store)).ShouldBe(whole);
        (await WorldOfAsync(again)).ShouldBe(world);
        (await again.Store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync()).ShouldAllBe(number => number > 0);
        (await second.RowsOfAsync("there")).ShouldBe(rows);
        await again.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("again")]);
        await there.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("there")]);
        (await again.Records.Get(EveryCall.Id).VerifyChainAsync()).ChainValid.ShouldBeTrue();
        (await Should.ThrowAsync<TenantMoveException>(() => map.MoveAsync("acme", TenantSetting.With(database.ConnectionString, "acme"), database.SuperuserString))).Message.ShouldContain("already. Move it there again to finish.");

        // From one schema of many to another.
        var boltLog = await LogOfAsync(bolt.Store);
        await second.Map.AddAsync("bolt");
        await tenants.MoveAsync("bolt", (await second.Map.FindAsync("bolt"))!.ConnectionString, second.SuperuserString);
        (await LogOfAsync((await second.NewLedgers(TenantStory.Options).ForTenantAsync("bolt")).Store)).ShouldBe(boltLog);
        (await LogOfAsync(again.Store)).Count.ShouldBe(whole.Count + 1);
    }

    private static TenantLedgers Ledgers(string tenant, string connectionString) =>
        new(new StaticTenants([new TenantDatabase(tenant, connectionString)]), new TenantOptions { Ledger = TenantStory.Options, MapFor = TimeSpan.Zero });

    private static async Task<int> WriteAsync(PostgresEventStore store, CancellationToken stop)
    {
        var written = 0;
        while (!stop.IsCancellationRequested)
        {
            await store.AppendAsync(StreamName.Run("others"), ExpectedVersion.Any, [new KitLoaded($"{written++}")], CancellationToken.None);
        }

        return written;
    }

    [Fact]
    public async Task MoveAndDeletion_AreOneAtATime_AndLeaveNothingThatWasWrittenMeanwhile()
    {
        var (mover, other) = (await ToldAsync(database, "mover"), await database.AddAsync("other"));
        var log = await LogOfAsync(mover.Store);
        await using var own = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var tenants = new TenantLedgers(database.Map, new TenantOptions { Ledger = TenantStory.Options, MapFor = TimeSpan.Zero });
        await using var connection = await other.DataSource.OpenConnectionAsync();
        Task<TenantMove> move;
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await other.Store.On(transaction).AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("x")]);
            move = tenants.MoveAsync("mover", own.ConnectionString);
            await IsWaitedForAsync();
            (await Should.ThrowAsync<TenantMoveException>(() => tenants.MoveAsync("mover", own.ConnectionString))).Message.ShouldContain("is being moved or deleted by another call");
            await transaction.CommitAsync();
        }

        await move;
        await using var map = Ledgers("mover", own.ConnectionString);
        (await LogOfAsync((await map.ForTenantAsync("mover")).Store)).ShouldBe(log);

        // A program that had a connection writes a stream that the deletion does not see yet.
        Task<long> deletion;
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await other.Store.On(transaction).AppendAsync(StreamName.Run("late"), ExpectedVersion.NoStream, [new KitLoaded("x")]);
            await database.Map.DisableAsync("other");
            deletion = database.Map.DeleteAsync("other", database.SuperuserString);
            await IsWaitedForAsync();
            await transaction.CommitAsync();
        }

        (await Should.ThrowAsync<TenancyException>(() => deletion)).Message.ShouldContain("End them, and delete it again.");
        (await database.Map.DeleteAsync("other", database.SuperuserString)).ShouldBeGreaterThan(0);
        (await database.RowsOfAsync("other")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Move_BesideAWriterThatTakesTheTablesInAnotherOrder_MakesNobodyAVictim()
    {
        var (crossed, writer) = (await ToldAsync(database, "crossed"), await database.AddAsync("writer"));
        var log = await LogOfAsync(crossed.Store);
        await using var own = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var tenants = new TenantLedgers(database.Map, new TenantOptions { Ledger = TenantStory.Options, MapFor = TimeSpan.Zero });

        // On a busy machine the move may have come to its longer waits, and the writer has to outlast one of those.
        await database.ScalarAsync<int>($"alter role {database.Role} set deadlock_timeout = '20s'; select 1");
        writer.DataSource.Clear();
        await using var connection = await writer.DataSource.OpenConnectionAsync();
        await database.ScalarAsync<int>($"alter role {database.Role} reset deadlock_timeout; select 1");
        Task<TenantMove> move;
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var held = new NpgsqlCommand("lock table ledger.world_object in row exclusive mode", connection, transaction);
            await held.ExecuteNonQueryAsync();
            move = tenants.MoveAsync("crossed", own.ConnectionString);
            await IsWaitedForAsync("ledger.world_object");
            await writer.Store.On(transaction).AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("x")]);
            await transaction.CommitAsync();
        }

        await move;
        (await LogOfAsync(writer.Store)).Count.ShouldBe(1);
        await using var map = Ledgers("crossed", own.ConnectionString);
        (await LogOfAsync((await map.ForTenantAsync("crossed")).Store)).ShouldBe(log);
    }

    private async Task IsWaitedForAsync(string table = "ledger.mt_streams")
    {
        while (!await database.ScalarAsync<bool>($"select exists (select from pg_locks as l where l.database = (select d.oid from pg_database as d where d.datname = current_database()) and l.relation = '{table}'::regclass and not l.granted)"))
        {
        }
    }

    private static async Task<List<string>> LogOfAsync(PostgresEventStore store) =>
        await store.ReadLogAsync().Select(e => $"{e.Stream} {e.Version.Value} {e.Id} {e.Type} {e.Timestamp:O}").ToListAsync();

    private static async Task<string> WorldOfAsync(TenantLedger tenant) =>
        string.Join(", ", (await tenant.Runs.GetRun(EveryCall.Id).GetWorldAsync()).Objects.Select(o => $"{o.Id} {o.Data}").Order(StringComparer.Ordinal))
        + (await tenant.Records.Get(EveryCall.Id).GetAsync(EveryCall.Id))!.Label;

    private static async Task<TenantLedger> ToldAsync(ConjoinedDatabase database, string tenant)
    {
        await using (var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(owner, TenantStory.Options).ApplyAsync();
        }

        await database.Map.AddAsync(tenant);
        var ledger = await database.NewLedgers(TenantStory.Options).ForTenantAsync(tenant);
        await TenantStory.TellAsync(ledger.Store, ledger.DataSource, Tenancy.Conjoined, tenant);
        return ledger;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource pool, string sql)
    {
        await using var command = pool.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
