using System.Text.Json;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Worlds;

public sealed class ReplayTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Replay_SnapshotGoodThenChanged_SameThenTheFirstDifference()
    {
        await database.StartAsync("replayed", 3);
        (await database.Cli.RunAsync("replay", "replayed")).ShouldSucceed().ShouldMatch(
            @"\AStream : run:replayed\nReplayed : 3 events in [0-9.]+ ms\nStored : rows of run:replayed at position 3: the same\n\z");

        (await database.Cli.RunAsync("snapshot", "replayed")).ShouldSucceed().ShouldBe(
            "Saved a snapshot of run:replayed at position 3: 3 objects, 0 relations.\n");
        (await database.Cli.RunAsync("replay", "replayed")).ShouldSucceed().ShouldEndWith(
            "Stored : snapshot of run:replayed at position 3: the same\nStored : rows of run:replayed at position 3: the same\n");
        (await database.Cli.RunAsync("replay", "replayed", "--at", "2")).ShouldSucceed().ShouldEndWith("ms\nStored : rows of run:replayed at position 2: the same\n");

        await ExecuteAsync("update ledger.mt_doc_ledger_world set data = jsonb_set(data, '{objects,1,data,n}', '99') where id = 'run:replayed'");
        var replay = await database.Cli.RunAsync("replay", "replayed");

        replay.ExitCode.ShouldBe(1);
        replay.Output.ShouldEndWith(
            "Stored : snapshot of run:replayed at position 3: different\n"
            + "Fault : its checksum does not match its world.\n"
            + "First difference : /objects/1/data/n\n  stored : 99\n  replayed : 2\n"
            + "Stored : rows of run:replayed at position 3: the same\n");
        replay.Error.ShouldBe("ledger: The stored world of 'run:replayed' differs from its log. 'ledger snapshot' replaces a bad snapshot, 'ledger projections rebuild world' replaces bad rows.\n");
        var json = JsonElement.Parse((await database.Cli.RunAsync("replay", "replayed", "--json")).Output);
        json.GetProperty("same").GetBoolean().ShouldBeFalse();
        json.GetProperty("comparisons")[0].GetProperty("difference").GetRawText().ShouldBe("""{"path":"/objects/1/data/n","stored":99,"replayed":2}""");

        // It is replaced by the world of the rows, without a look at the bad one.
        (await database.Cli.RunAsync("snapshot", "replayed")).Error.ShouldBe("");
        (await database.Cli.RunAsync("replay", "replayed")).ShouldSucceed();
        (await database.Cli.RunAsync("replay", "replayed", "--at", "4")).ShouldBeRefused(
            1, "The history of 'run:replayed' has no position 4: it has 3 events. Choose a position from 0 to 3.");
    }

    [Fact]
    public async Task Replay_RowsChanged_TheFirstDifferenceUntilTheyAreRebuilt()
    {
        await database.StartAsync("rows", 3);
        await ExecuteAsync("update ledger.world_object set data = '{\"n\": 99}' where stream = 'run:rows' and id = 'c2'");

        var replay = await database.Cli.RunAsync("replay", "rows");

        replay.ExitCode.ShouldBe(1);
        replay.Output.ShouldEndWith(
            "Stored : rows of run:rows at position 3: different\nFirst difference : /objects/1/data/n\n  stored : 99\n  replayed : 2\n");
        (await database.Cli.RunAsync("projections", "rebuild", "world", "--stream", "rows")).ShouldSucceed().ShouldBe("world is rebuilt\n");
        (await database.Cli.RunAsync("replay", "rows")).ShouldSucceed().ShouldEndWith("Stored : rows of run:rows at position 3: the same\n");
    }

    [Fact]
    public async Task World_Stats_SaysWhatTheReadingCost()
    {
        await database.StartAsync("measured", 5);
        await database.Cli.RunAsync("snapshot", "measured");
        await database.Cli.RunAsync("fork", "measured", "--at", "5", "--id", "measured-2");

        var world = await database.Cli.RunAsync("world", "measured-2", "--stats");
        var json = await database.Cli.RunAsync("world", "measured", "--stats", "--json");
        var diff = await database.Cli.RunAsync("diff", "measured", "measured-2", "--stats");
        var snapshot = await database.Cli.RunAsync("snapshot", "measured", "--stats");
        var events = await database.Cli.RunAsync("events", "measured-2", "--stats");
        var status = await database.Cli.RunAsync("status", "measured", "--stats");
        var runs = await database.Cli.RunAsync("run", "list", "--stats");
        var branches = await database.Cli.RunAsync("branches", "measured", "--stats");

        world.Error.ShouldMatch(@"\ARead 5 rows in [0-9.]+ ms\.\n\z");
        var read = JsonElement.Parse(json.Error);
        (read.GetProperty("events_read").GetInt32(), read.GetProperty("rows_read").GetInt32()).ShouldBe((0, 5));
        diff.Error.ShouldStartWith("Read 0 rows in ");
        snapshot.Error.ShouldMatch(@"\ARead 1 event of 1 segment, folded 0, from no snapshot: [0-9,]+ bytes in [0-9.]+ ms\.\n\z");
        events.Error.ShouldStartWith("Read 6 events of 2 segments, folded 0, from no snapshot: ");
        runs.Error.ShouldMatch(@"\ARead [0-9]+ rows? in [0-9.]+ ms\.\n\z");
        branches.Error.ShouldStartWith("Read 1 row in ");
        status.Error.ShouldStartWith("Read 1 row in ");
    }

    [Fact]
    public async Task CausesAndExport_Stats_SayWhatTheReadingCost()
    {
        await database.StartAsync("counted", 5);
        await database.Cli.RunAsync("fork", "counted", "--at", "5", "--id", "counted-2");
        var events = JsonElement.Parse((await database.Cli.RunAsync("events", "counted", "--json")).Output);
        var made = events.EnumerateArray().First(e => e.GetProperty("type").GetString() == "object.created");

        var blame = await database.Cli.RunAsync("blame", "counted", made.GetProperty("data").GetProperty("id").GetString()!, "--stats");
        var trace = await database.Cli.RunAsync("trace", made.GetProperty("event_id").GetString()!, "--stats");
        var down = await database.Cli.RunAsync("trace", made.GetProperty("event_id").GetString()!, "--down", "--stats");
        var divergence = await database.Cli.RunAsync("divergence", "counted", "counted-2", "--stats");
        var export = await database.Cli.RunAsync("export", "counted", "--stats");

        blame.Error.ShouldStartWith("Read 1 event of 1 segment, folded 0, from no snapshot: ");
        trace.Error.ShouldStartWith("Read 1 event of 1 segment, ");
        down.Error.ShouldStartWith("Read 6 events of ");    // The event itself is looked up first.
        divergence.Error.Split('\n').Length.ShouldBe(3);
        export.Error.ShouldStartWith("Read 5 events of 1 segment, ");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var command = dataSource.CreateCommand(sql);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
