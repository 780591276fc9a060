using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>Snapshots that are not what they should be: the world is that of the log, and the log says so.</summary>
public abstract class BadSnapshotTests(ITestEngine engine) : EventStoreTests(engine.WithoutRows)
{
    private ISnapshotStore Snapshots => Store.Get<ISnapshotStore>()!;

    public static TheoryData<string, string> Faults => new()
    {
        { "list", "it has no format." },
        { "no-format", "it has no format." },
        { "future-format", "its format is 3, and this version reads format 2." },
        { "no-objects", "it cannot be read. A world must be an object with a list 'objects'." },
        { "no-checksum", "it cannot be read. A snapshot must have a member 'checksum' of the kind String." },
        { "changed-value", "its checksum does not match its world." },
        { "changed-position", "it is for position 2, but is stored for position 3." },
        { "no-last-event", "its position and its last event do not agree." },
        { "other-last-event", "the log has another event where it ends, or none." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task GetWorld_SnapshotWithAFault_ReplaysAndLogs(string fault, string reason)
    {
        var log = new WarningLog();
        var run = new AgentLedger(Store, logger: log).GetRun(NewId());
        await run.AppendAsync([Created("a", 1), Created("b", 2), Created("c", 3)]);
        await run.SaveSnapshotAsync();
        await ChangeAsync(run.StreamName, 3, json => Spoil(json, fault));
        await run.AppendAsync([Created("d", 4)]);

        var statistics = new ReadStatistics();
        var world = await run.WithStatistics(statistics).GetWorldAsync();

        world.Objects.Select(o => o.Data["v"].GetInt32()).ShouldBe([1, 2, 3, 4]);
        (statistics.EventsFolded, statistics.Snapshot).ShouldBe((4, null));
        log.Warnings.ShouldBe([$"The snapshot of {run.StreamName} at version 3 is not used: {reason} The log is folded instead"]);
        (await run.LoadSnapshotAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task GetWorld_SnapshotOfAnotherRun_IsNotUsed()
    {
        var log = new WarningLog();
        var ledger = new AgentLedger(Store, logger: log);
        var (one, other) = (ledger.GetRun(NewId()), ledger.GetRun(NewId()));
        await one.AppendAsync([Created("a", 1)]);
        await other.AppendAsync([Created("b", 2)]);
        await one.SaveSnapshotAsync();
        var foreign = (await Snapshots.FindSnapshotAsync([new(one.StreamName, new StreamVersion(1))])).ShouldNotBeNull();
        await Snapshots.SaveSnapshotAsync(foreign with { Stream = other.StreamName });

        (await other.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["b"]);

        log.Warnings.ShouldBe([
            $"The snapshot of {other.StreamName} at version 1 is not used: it belongs to '{one.StreamName}'. The log is folded instead"]);
    }

    [Fact]
    public async Task GetWorld_SnapshotBehindTheEndOfTheLog_IsNotUsedAndGivesWay()
    {
        var log = new WarningLog();
        var run = new AgentLedger(Store, logger: log).GetRun(NewId());
        await run.AppendAsync([Created("a", 1), Created("b", 2)]);
        await run.SaveSnapshotAsync();
        await ChangeAsync(run.StreamName, 2, MoveTo7, version: 7);

        (await run.GetWorldAsync()).Position.ShouldBe(new Position(2));
        log.Warnings.Count.ShouldBe(1);
        await run.SaveSnapshotAsync();
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().Position.ShouldBe(new Position(2));
    }

    [Fact]
    public async Task SaveSnapshot_FutureFormatOfALaterVersion_LeavesIt()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([Created("a", 1)]);
        var future = new StoredSnapshot(run.StreamName, new StreamVersion(9), """{"format":3}"""u8.ToArray());
        await Snapshots.SaveSnapshotAsync(future);

        await run.SaveSnapshotAsync();

        (await Snapshots.FindSnapshotAsync([new(run.StreamName, new StreamVersion(9))])).ShouldNotBeNull().Version.ShouldBe(new StreamVersion(9));
        (await run.GetWorldAsync()).Objects.Count.ShouldBe(1);
    }

    [Fact]
    public async Task GetWorld_BranchWithABadSnapshot_StartsFromTheAncestors()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([Created("a", 1), Created("b", 2)]);
        await run.SaveSnapshotAsync();
        var branch = await run.ForkAsync(new Position(2));
        await branch.SaveSnapshotAsync();
        await ChangeAsync(branch.StreamName, 1, json => Spoil(json, "changed-value"));

        var statistics = new ReadStatistics();
        await branch.WithStatistics(statistics).GetWorldAsync();

        statistics.Snapshot.ShouldBe((run.StreamName, new Position(2)));
    }

    private async Task ChangeAsync(StreamName stream, long at, Action<JsonObject> change, long? version = null)
    {
        var stored = (await Snapshots.FindSnapshotAsync([new(stream, new StreamVersion(at))])).ShouldNotBeNull();
        var json = JsonNode.Parse(stored.Json.Span)!.AsObject();
        change(json);
        var text = json.ContainsKey("list") ? "[]" : json.ToJsonString();
        if (version is not null)
        {
            // A snapshot that is good in itself: the checksum fits.
            json["checksum"] = ChecksumOf(json);
            text = json.ToJsonString();
        }

        await Snapshots.SaveSnapshotAsync(
            new StoredSnapshot(stream, new StreamVersion(version ?? at), Encoding.UTF8.GetBytes(text)));
    }

    private static void MoveTo7(JsonObject json) => json["position"] = 7;

    private static string ChecksumOf(JsonObject json)
    {
        var world = json.DeepClone().AsObject();
        foreach (var other in (string[])["id", "format", "last_event_id", "checksum"])
        {
            world.Remove(other);
        }

        return Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(Json.CanonicalJson.ToBytes(JsonElement.Parse(world.ToJsonString()))));
    }

    private static void Spoil(JsonObject json, string fault)
    {
        switch (fault)
        {
            case "list":
                json["list"] = true;
                break;
            case "no-format":
                json.Remove("format");
                break;
            case "future-format":
                json["format"] = 3;
                break;
            case "no-objects":
                json.Remove("objects");
                break;
            case "no-checksum":
                json.Remove("checksum");
                break;
            case "changed-value":
                json["objects"]![0]!["data"] = new JsonObject { ["v"] = 99 };
                break;
            case "changed-position":
                json["position"] = 2;
                break;
            case "no-last-event":
                json.Remove("last_event_id");
                break;
            case "other-last-event":
                json["last_event_id"] = Guid.NewGuid().ToString();
                break;
            default:
                throw new ArgumentException(fault, nameof(fault));
        }
    }

    private static ObjectCreated Created(string id, int value) => new(id, "T", JsonElement.Parse($$"""{"v":{{value}}}"""));
}
