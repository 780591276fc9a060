using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Json;
using Ledger.Postgres.Schema;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

public sealed class WorldQuestionsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private AgentLedger Runs => new(database.Store);

    [Fact]
    public async Task ReadObjects_SeveralPagesWhileOthersAppend_TheWorldOfOnePosition()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([.. Enumerable.Range(0, 2_500).Select(i => new ObjectCreated($"o{i:d5}", i % 5 == 0 ? "fifth" : "other"))]);
        var branch = await run.ForkAsync(new Position(2_500));
        await branch.AppendAsync([new ObjectRemoved("o00001"), new ObjectCreated("a", "other")]);
        var ids = new List<string>();

        await foreach (var item in branch.ReadObjectsAsync())
        {
            if (ids.Count == 0)
            {
                await branch.AppendAsync([new ObjectRemoved("o02499"), new ObjectCreated("z", "other")]);
            }

            ids.Add(item.Id);
        }

        ids.ShouldBe(["a", .. Enumerable.Range(0, 2_500).Where(i => i != 1).Select(i => $"o{i:d5}")]);
        (await branch.ReadObjectsAsync(new() { Type = "fifth" }).CountAsync()).ShouldBe(500);
        (await branch.ReadRelationsAsync().CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task IndexWorlds_Contains_IsAnsweredByTheIndexAndIsNoDrift()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([.. Enumerable.Range(0, 3_000).Select(i => new ObjectCreated($"o{i}", "T", new JsonObject { ["n"] = i }))]);
        var filter = new ObjectFilter { Contains = JsonElement.Parse("""{"n":77.0}""") };

        await database.Store.IndexWorldsAsync();
        await database.Store.IndexWorldsAsync();

        // Which index is the cheaper one is told by statistics.
        await database.ExecuteAsync("analyze ledger.world_object");
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var found = await new AgentLedger(database.Store.On(connection)).GetRun(run.Id).ReadObjectsAsync(filter).ToListAsync();
        await FlushAsync(connection);

        found.Select(o => o.Id).ShouldBe(["o77"]);
        (await new LedgerMigrator(database.DataSource).AssertAsync()).ShouldBeEmpty();
        (await ScansOfTheIndexAsync()).ShouldBeGreaterThan(0);

        await database.Store.UnindexWorldsAsync();
        (await run.ReadObjectsAsync(filter).CountAsync()).ShouldBe(1);
        (await new LedgerMigrator(database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Questions_RowsMissingWhereNothingCanBeWritten_AreAnsweredByTheFold()
    {
        var id = Guid.NewGuid().ToString("N");
        await using var other = database.CreateStoreWithoutRows();
        await new AgentLedger(other).GetRun(id).AppendAsync([new ObjectCreated("a", "T"), new RelationCreated("r", "t", "a", "b")]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var only = new NpgsqlCommand("set transaction read only", connection, transaction);
        await only.ExecuteNonQueryAsync();
        var run = new AgentLedger(database.Store.On(transaction)).GetRun(id);

        (await run.GetWorldAsync()).Objects.Count.ShouldBe(1);
        (await run.FindObjectAsync("a")).ShouldNotBeNull();
        (await run.GetNeighbourhoodAsync("a")).Objects.Select(o => o.Id).ShouldBe(["a", "b"]);
        (await run.ReadRelationsAsync().CountAsync()).ShouldBe(1);
        (await database.ScalarAsync<long>($"select count(*) from ledger.world_head where stream = 'run:{id}'")).ShouldBe(0);
    }

    [Fact]
    public async Task SqlFunctions_ObjectsNeighboursPositionAt_AnswerAsTheLibrary()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([
            new ObjectCreated("a", "T", new JsonObject { ["tags"] = new JsonArray("x", "y") }),
            new ObjectCreated("b", "U"),
            new RelationCreated("r1", "t", "a", "b"),
            new RelationCreated("r2", "t", "ghost", "b")]);
        await run.AppendAsync([new ObjectRemoved("b")]);

        (await TextAsync($$"""select string_agg(id, ' ') from ledger.objects('{{run.StreamName}}', 'T', '{"tags": ["y"]}')""")).ShouldBe("a");
        (await TextAsync($"select string_agg(id, ' ') from ledger.objects('{run.StreamName}', p_position => 2)")).ShouldBe("a b");
        (await TextAsync($"select string_agg(concat_ws(' ', kind, distance, id, type), ', ') from ledger.neighbours('{run.StreamName}', 'a', 2)"))
            .ShouldBe("object 0 a T, object 1 b, object 2 ghost, relation 0 r1 t, relation 1 r2 t");
        (await TextAsync($"select concat_ws(' ', ledger.position_at('{run.StreamName}', '2020-01-01'), ledger.position_at('{run.StreamName}', 'infinity'))"))
            .ShouldBe("0 5");
        var nobody = await Should.ThrowAsync<PostgresException>(() => TextAsync("select ledger.position_at('run:nobody', now())::text"));
        nobody.SqlState.ShouldBe("LG002");
    }

    [Fact]
    public async Task RebuildWorld_OneAndAll_SaysHowManyStreams()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectCreated("a", "T")]);

        (await database.ScalarAsync<long>($"select ledger.rebuild_world('{run.StreamName}')")).ShouldBe(1);
        (await database.ScalarAsync<long>("select ledger.rebuild_world('run:nobody')")).ShouldBe(0);
        (await database.ScalarAsync<long>("select ledger.rebuild_world()")).ShouldBe(await database.ScalarAsync<long>("select count(*) from ledger.mt_streams where version > 0"));
        (await run.GetWorldAsync()).Objects.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Append_ToALongStream_ReadsTheNewEventsAlone()
    {
        await using var own = await LedgerDatabase.OnOwnServerAsync();
        await using var connection = await own.DataSource.OpenConnectionAsync();
        var run = new AgentLedger(own.Store.On(connection)).GetRun("long");
        await run.AppendAsync([new ObjectCreated("a", "T"), .. Enumerable.Range(0, 2_000).Select(i => new ObjectPatched("a", new JsonObject { ["n"] = i }))]);
        await run.AppendAsync([new ObjectPatched("a")]);
        var before = await ReadByPlaceAsync(connection);

        for (var i = 0; i < 100; i++)
        {
            await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = i })]);
            await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = i }), new RelationCreated("r", "t", "a", "a")]);
        }

        (await ReadByPlaceAsync(connection) - before).ShouldBeLessThan(1_000);
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1.0}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"c":2}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{}}""")]
    [InlineData("""{"a":[1,2,[3,4]]}""", """{"a":[[4],2,2]}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"a":[1]}""")]
    [InlineData("""{"a":[{"b":1,"c":2}]}""", """{"a":[{"b":1}]}""")]
    [InlineData("""{"a":[{}]}""", """{"a":[[]]}""")]
    [InlineData("""{"a":null}""", """{"a":null}""")]
    [InlineData("""{"a":null}""", """{}""")]
    [InlineData("""{"a":"x"}""", """{"b":"x"}""")]
    [InlineData("""{"a":[[1,2],[3]]}""", """{"a":[[2],[3],[]]}""")]
    [InlineData("""{"a":true}""", """{"a":false}""")]
    public async Task Contains_OfTheFold_IsThatOfTheServer(string whole, string part)
    {
        var asked = await TextAsync($"select ('{whole}'::jsonb @> '{part}'::jsonb)::text");

        JsonContainment.Contains(JsonElement.Parse(whole), JsonElement.Parse(part)).ShouldBe(bool.Parse(asked));
    }

    private static async Task<long> ReadByPlaceAsync(NpgsqlConnection connection)
    {
        await FlushAsync(connection);
        await using var count = new NpgsqlCommand(
            "select idx_tup_read from pg_stat_user_indexes where indexrelname = 'pk_mt_events_stream_and_version'", connection);
        return (long)(await count.ExecuteScalarAsync())!;
    }

    private static async Task FlushAsync(NpgsqlConnection connection)
    {
        await using var flush = new NpgsqlCommand("select pg_stat_force_next_flush()", connection);
        await flush.ExecuteNonQueryAsync();
    }

    private Task<long> ScansOfTheIndexAsync() =>
        database.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'ix_world_object_data'");

    private Task<string> TextAsync(string sql) => database.ScalarAsync<string>(sql);
}
