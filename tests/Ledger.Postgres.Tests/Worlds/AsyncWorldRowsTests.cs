using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>Appends leave the rows of worlds to the daemon, which does not hold them up.</summary>
public sealed class AsyncWorldRowsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly PostgresOptions Options = new() { WorldRows = WorldRows.Async, CommandTimeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task Append_WritesNoRows_AndAQuestionWritesThem()
    {
        await using var store = new PostgresEventStore(database.DataSource, Options);
        var run = new AgentLedger(store).GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["n"] = 1 })]);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 2 })]);
        (await HeadOfAsync(run.StreamName)).ShouldBe(-1);

        (await run.GetWorldAsync(new Position(1))).FindObject("a")!.Data["n"].GetInt32().ShouldBe(1);
        (await HeadOfAsync(run.StreamName)).ShouldBe(2);
        (await store.Get<IWorldReader>()!.FindObjectAsync(run.History, "a"))!.Data["n"].GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Daemon_WritesTheRowsOfItsPage_ThenMovesOn()
    {
        await using var store = new PostgresEventStore(database.DataSource, Options);
        var runs = new AgentLedger(store);
        var first = runs.GetRun(Guid.NewGuid().ToString("N"));
        await first.AppendAsync([.. Enumerable.Range(0, 1_200).Select(n => new ObjectCreated($"o{n % 7}", "T", new JsonObject { ["n"] = n }))]);
        var branch = await first.ForkAsync(new Position(900));
        await branch.AppendAsync([new ObjectPatched("o1", new JsonObject { ["on"] = "branch" })]);
        await store.AppendAsync(new StreamName($"other:{first.Id}"), ExpectedVersion.Any, [new ObjectCreated("a", "T")]);

        var archived = runs.GetRun(Guid.NewGuid().ToString("N"));
        await archived.AppendAsync([new ObjectCreated("a", "T")]);
        await store.ArchiveAsync(archived.StreamName);

        await RunShardAsync();

        (await HeadOfAsync(archived.StreamName)).ShouldBe(-1);
        (await HeadOfAsync(first.StreamName)).ShouldBe(1_200);
        (await HeadOfAsync(branch.StreamName)).ShouldBe((await branch.GetLengthAsync()).Value - 900);
        (await HeadOfAsync(new StreamName($"other:{first.Id}"))).ShouldBe(-1);
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, [first.StreamName, branch.StreamName], "o1");
    }

    [Fact]
    public async Task Daemon_AppendIsUnderWay_NeitherWaitsForTheOther()
    {
        await using var store = new PostgresEventStore(database.DataSource, Options);
        var run = new AgentLedger(store).GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectCreated("a", "T")]);
        await WriteAsync(run.StreamName);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 1 })]);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await store.On(transaction).AppendAsync(run.StreamName, ExpectedVersion.Any, [new ObjectPatched("a", new JsonObject { ["n"] = 2 })]);
        await WriteAsync(run.StreamName);
        (await HeadOfAsync(run.StreamName)).ShouldBe(2);
        await transaction.CommitAsync();

        await using var writing = await database.DataSource.OpenConnectionAsync();
        await using var rows = await writing.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"set local lock_timeout = '1min'; select ledger.write_world_v1('{run.StreamName}', 10)", writing))
        {
            await command.ExecuteNonQueryAsync();
        }

        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 3 })]);
        await rows.CommitAsync();
        (await HeadOfAsync(run.StreamName)).ShouldBe(3);
        (await run.GetWorldAsync()).FindObject("a")!.Data["n"].GetInt32().ShouldBe(3);
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, [run.StreamName], "a");
    }

    [Fact]
    public async Task Mask_DaemonHasReadTheEvent_IsInTheRowsToo()
    {
        await using var store = new PostgresEventStore(database.DataSource, Options);
        var run = new AgentLedger(store).GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectCreated("a", "T")]);
        await WriteAsync(run.StreamName);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["text"] = "secret" })]);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"select ledger.write_world_v1('{run.StreamName}', 10)", connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        var masked = database.ExecuteAsync($$$"""update ledger.mt_events set data = '{"id": "a", "patch": {"text": "***"}}' where stream_id = '{{{run.StreamName}}}' and version = 2""");
        while (await database.ScalarAsync<long>($"select count(*) from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))") == 0)
        {
            masked.IsCompleted.ShouldBeFalse();
        }

        await transaction.CommitAsync();
        await masked;

        (await run.GetWorldAsync()).FindObject("a")!.Data["text"].GetString().ShouldBe("***");
        (await StoredRows.ReadAsync(database, [run.StreamName])).ShouldNotContain("secret");
    }

    [Fact]
    public async Task Rows_WrittenByDaemonAppendsAndReadersAtOnce_AreThoseOfTheLog()
    {
        await using var later = new PostgresEventStore(database.DataSource, Options);
        StreamName[] streams = [.. Enumerable.Range(0, 3).Select(_ => StreamName.Run(Guid.NewGuid().ToString("N")))];
        foreach (var stream in streams)
        {
            await later.AppendAsync(stream, ExpectedVersion.NoStream, [new ObjectCreated("o0", "T"), new ObjectCreated("o1", "T")]);
        }

        // Its rows begin with those of its parent, so that the daemon needs its lock.
        var branch = await new AgentLedger(later).GetStream(streams[0]).ForkAsync(new Position(2));
        streams = [.. streams, branch.StreamName];
        var appends = Task.WhenAll(new[] { later, later, database.Store }.Select((store, writer) => AppendAsync(store, streams, writer)));
        var daemon = Enumerable.Range(0, 2).Select(async _ =>
        {
            while (!appends.IsCompleted)
            {
                foreach (var stream in streams)
                {
                    await WriteAsync(stream);
                }
            }
        });
        var reader = Task.Run(async () =>
        {
            var runs = new AgentLedger(later);
            while (!appends.IsCompleted)
            {
                var world = await runs.GetStream(streams[0]).GetWorldAsync();
                world.Objects.Count.ShouldBe(2);
            }
        });
        await Task.WhenAll([.. daemon, reader, appends]);
        foreach (var stream in streams)
        {
            await WriteAsync(stream);
        }

        await StoredRows.ShouldBeThoseOfTheLogAsync(database, streams, "o0");
    }

    private static async Task AppendAsync(PostgresEventStore store, StreamName[] streams, int writer)
    {
        for (var n = 0; n < 150; n++)
        {
            var patch = new ObjectPatched(n % 11 == 9 ? "ghost" : $"o{n % 2}", new JsonObject { [$"w{writer}"] = n });
            await store.AppendAsync(streams[n % streams.Length], ExpectedVersion.Any, n % 5 == 4 ? [patch, patch] : [patch]);
        }
    }

    private async Task WriteAsync(StreamName stream)
    {
        while (!await database.ScalarAsync<bool>($"select ledger.write_world_v1('{stream}', 50) from set_config('lock_timeout', '1min', true)"))
        {
        }
    }

    private Task<long> HeadOfAsync(StreamName stream) =>
        database.ScalarAsync<long>($"select coalesce((select version from ledger.world_head where stream = '{stream}'), -1)");

    private async Task RunShardAsync()
    {
        var shard = new WorldRowsShard(Options);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var states = new ShardStates(Options);
        await states.BeginAsync(connection, shard, "test", CancellationToken.None);
        var from = await states.ReadPositionAsync(connection, shard.Name, CancellationToken.None);
        var last = await database.ScalarAsync<long>("select max(seq_id) from ledger.mt_events");
        (await shard.RunAsync(connection, from, last, 10_000, CancellationToken.None)).Reached.ShouldBe(last);
        (await states.ReadPositionAsync(connection, shard.Name, CancellationToken.None)).ShouldBe(last);
    }
}
