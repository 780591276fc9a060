using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>A replay says whether what is stored is what the log gives, and where it first is not.</summary>
public abstract class ReplayTests(ITestEngine engine) : EventStoreTests(engine.WithoutRows)
{
    [Fact]
    public async Task Replay_NothingStored_TheWorldOfTheLog()
    {
        var run = await RunOfAsync(3);

        var report = await run.ReplayAsync();

        (report.Stream, report.Position, report.IsSame, report.Comparisons.Count).ShouldBe((run.StreamName, new Position(3), true, 0));
        report.World.ToString().ShouldBe(World.Fold(await run.ReadAllAsync()).ToString());
        var refused = await Should.ThrowAsync<PositionOutOfRangeException>(() => run.ReplayAsync(new Position(4)));
        refused.Length.ShouldBe(new Position(3));
    }

    [Fact]
    public async Task Replay_UnknownRun_Throws()
    {
        var run = Runs.GetRun(NewId());

        (await Should.ThrowAsync<StreamNotFoundException>(() => run.ReplayAsync())).Message.ShouldContain($"'{run.StreamName}'");
    }

    [Fact]
    public async Task Replay_GoodSnapshot_IsTheSame()
    {
        var run = await RunOfAsync(3);
        await run.SaveSnapshotAsync();
        await run.AppendAsync([new ObjectRemoved("o1"), new BudgetExhausted()]);
        var branch = await run.ForkAsync(new Position(4));

        foreach (var (history, length) in new[] { (run, 5), (branch, 5) })
        {
            var statistics = new ReadStatistics();
            var report = await history.WithStatistics(statistics).ReplayAsync();

            report.IsSame.ShouldBeTrue();
            report.Position.ShouldBe(new Position(length));
            report.Comparisons.ShouldHaveSingleItem().ShouldBe(new("snapshot", run.StreamName, new Position(3), null, null));
            (statistics.EventsRead, statistics.EventsFolded, statistics.Snapshot).ShouldBe((length, length, null));
        }

        (await run.ReplayAsync(new Position(2))).Comparisons.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("value", "/objects/1/data/v/deep/0", "99", "2")]
    [InlineData("type", "/objects/0/type", "\"U\"", "\"T\"")]
    [InlineData("gone", "/objects/2", "", """{"id":"o3","type":"T","data":{"v":{"deep":[3]}}}""")]
    [InlineData("order", "/objects/0/data/v/deep/0", "2", "1")]
    [InlineData("more", "/relations/0", """{"id":"r","type":"t","source_id":"a","target_id":"b","data":{}}""", "")]
    [InlineData("flag", "/budget_exhausted", "true", "false")]
    public async Task Replay_ChangedSnapshot_TheFirstDifference(string change, string path, string stored, string replayed)
    {
        var run = await RunOfAsync(3);
        await run.SaveSnapshotAsync();
        await ChangeAsync(run, change);

        var report = await run.ReplayAsync();

        report.IsSame.ShouldBeFalse();
        var comparison = report.Comparisons.ShouldHaveSingleItem();
        comparison.Fault.ShouldBe("its checksum does not match its world.");
        var difference = comparison.Difference.ShouldNotBeNull();
        difference.Path.ShouldBe(path);
        ShouldBe(difference.Stored, stored);
        ShouldBe(difference.Replayed, replayed);
    }

    [Fact]
    public async Task Replay_SnapshotThatCannotBeRead_SaysWhy()
    {
        var run = await RunOfAsync(2);
        var store = Store.Get<ISnapshotStore>()!;
        await store.SaveSnapshotAsync(new StoredSnapshot(run.StreamName, new StreamVersion(2), """{"format":3}"""u8.ToArray()));

        (await run.ReplayAsync()).Comparisons.ShouldHaveSingleItem().ShouldBe(new(
            "snapshot", run.StreamName, new Position(2), null, "its format is 3, and this version reads format 2."));

        await store.SaveSnapshotAsync(new StoredSnapshot(run.StreamName, new StreamVersion(5), """{"format":3}"""u8.ToArray()));
        (await run.ReplayAsync()).Comparisons.ShouldHaveSingleItem().Fault.ShouldBe("the log has 2 events, but it is for position 5.");
    }

    private async Task<Run> RunOfAsync(int objects)
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([.. Enumerable.Range(1, objects).Select(i => new ObjectCreated($"o{i}", "T", Value(i)))]);
        return run;
    }

    private static JsonElement Value(int value) => JsonElement.Parse($$$"""{"v":{"deep":[{{{value}}}]}}""");

    private static void ShouldBe(JsonElement value, string text)
    {
        if (text.Length == 0)
        {
            value.ValueKind.ShouldBe(JsonValueKind.Undefined);
        }
        else
        {
            Json.JsonEquality.Instance.Equals(value, JsonElement.Parse(text)).ShouldBeTrue($"{value} is not {text}");
        }
    }

    private async Task ChangeAsync(Run run, string change)
    {
        var store = Store.Get<ISnapshotStore>()!;
        var stored = (await store.FindSnapshotAsync([new(run.StreamName, new StreamVersion(long.MaxValue))])).ShouldNotBeNull();
        var world = JsonNode.Parse(stored.Json.Span)!.AsObject();
        var objects = world["objects"]!.AsArray();
        switch (change)
        {
            case "value":
                objects[1]!["data"]!["v"]!["deep"] = new JsonArray(99);
                break;
            case "type":
                objects[0]!["type"] = "U";
                break;
            case "gone":
                objects.RemoveAt(2);
                break;
            case "order":
                var first = objects[0]!;
                objects.RemoveAt(0);
                objects.Insert(1, first);
                break;
            case "more":
                world["relations"]!.AsArray().Add(new JsonObject { ["id"] = "r", ["type"] = "t", ["source_id"] = "a", ["target_id"] = "b", ["data"] = new JsonObject() });
                break;
            default:
                world["budget_exhausted"] = true;
                break;
        }

        await store.SaveSnapshotAsync(stored with { Json = Encoding.UTF8.GetBytes(world.ToJsonString()) });
    }
}
