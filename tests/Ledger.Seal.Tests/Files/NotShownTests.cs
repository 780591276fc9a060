using System.Text;
using System.Text.Json.Nodes;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Files;

/// <summary>What a file leaves out is counted, and stands for nothing that was checked.</summary>
public sealed class NotShownTests
{
    [Fact]
    public async Task Verify_ColumnsLeftOut_AreCountedAsNotShown()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(25);
        await database.ForgeAsync("update ledger.mt_events set bdata = '\\x0102' where stream_id = 'run:a' and version <= 3");
        await database.SignAsync();
        var lines = await BundleAsync(database, "run:a");
        (await VerifyAsync(database, lines)).Verdict.IsShownWhole.ShouldBeTrue();
        Remove(lines[1], "headers", "headers_salt");
        Remove(lines[2], "data", "data_salt", "bdata");
        Remove(lines[3], "bdata");

        var (verdict, events) = await VerifyAsync(database, lines);

        verdict.Faults.ShouldBeEmpty();
        (verdict.DataNotShown, verdict.BinaryDataNotShown, verdict.HeadersNotShown, verdict.IsShownWhole).ShouldBe((1, 2, 1, false));
        events.Take(4).Select(e => string.Join('+', e.NotShown)).ShouldBe(["headers", "data+bdata", "bdata", ""]);
        events[3].BinaryData.HasValue.ShouldBeFalse();
    }

    [Fact]
    public async Task Verify_BinaryDataWithoutASalt_IsRefused()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var lines = await BundleAsync(database, "run:a");
        Remove(lines[1], "data", "data_salt");
        lines[1]["bdata"] = Convert.ToBase64String([1, 2]);

        (await VerifyAsync(database, lines)).Verdict.Faults.ShouldBe(["Event 0: the column 'bdata' was changed: it does not fit the sealed commitment."]);
    }

    [Fact]
    public async Task Verify_BranchDeeperThanAnEntryHolds_NeedsItsPrefix()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(25);
        var parent = StreamName.Run("a");
        for (var i = 0; i < 50; i++)
        {
            var name = $"{i}-{new string('x', 80)}";
            await database.Store.ForkAsync(new BranchFork(parent, name));
            parent = StreamName.Branch(name);
            await database.Store.AppendAsync(parent, ExpectedVersion.Any, [new KitLoaded($"{i}")]);
        }

        await database.SignAsync();
        var lines = await BundleAsync(database, parent.Value);
        var first = lines.FindIndex(1, line => SealEntry.Decode(Convert.FromBase64String((string)line["entry"]!)).Stream == parent.Value);
        var entry = SealEntry.Decode(Convert.FromBase64String((string)lines[first]["entry"]!));
        (entry.Fork, entry.ForkHash.Length, first).ShouldSatisfyAllConditions(f => f.Fork.ShouldBeNull(), f => f.Length.ShouldBe(32), f => f.first.ShouldBeGreaterThan(50));
        (await VerifyAsync(database, lines)).Verdict.Faults.ShouldBeEmpty();

        List<JsonObject> alone = [lines[0].DeepClone().AsObject(), .. lines.Skip(first).Select(line => line.DeepClone().AsObject())];
        alone[0]["events"] = alone.Count - 1;
        (await VerifyAsync(database, alone)).Verdict.Faults.ShouldBe(
            [$"The events are not the history of '{parent.Value}': the prefix is not the one that its first event names."]);
        Remove(alone[1], "data", "data_salt");
        (await VerifyAsync(database, alone)).Verdict.Faults.ShouldContain(
            "Event 0: its payload is withheld or erased, without which the prefix of the branch is not known.");
        Remove(lines[first], "data", "data_salt");
        (await VerifyAsync(database, lines)).Verdict.IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task Verify_FirstLineWithoutItsMembers_IsCountedOrRefused()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var lines = await BundleAsync(database, "run:a");
        Remove(lines[0], "stream");
        var verdict = (await VerifyAsync(database, lines)).Verdict;
        (verdict.Faults.Count, verdict.Events).ShouldBe((0, 20));

        lines[0]["checkpoint"] = null;
        (await VerifyAsync(database, lines)).Verdict.Faults.ShouldBe(["The file has no checkpoint."]);

        List<JsonObject> empty = [(await BundleAsync(database, "run:a"))[0]];
        empty[0]["events"] = 0;
        (await VerifyAsync(database, empty)).Verdict.Faults.ShouldBe(["The file has no events of 'run:a'."]);
    }

    private static void Remove(JsonObject line, params string[] members)
    {
        foreach (var member in members)
        {
            line.Remove(member).ShouldBeTrue(member);
        }
    }

    private static async Task<List<JsonObject>> BundleAsync(SealDatabase database, string stream)
    {
        using var file = new MemoryStream();
        await database.Seal.WriteRunAsync(new StreamName(stream), file);
        return [.. Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    private static async Task<(SealVerdict Verdict, List<ProvedEvent> Events)> VerifyAsync(SealDatabase database, IEnumerable<JsonObject> lines)
    {
        var events = new List<ProvedEvent>();
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line.ToJsonString() + "\n"))));
        return (await SealFile.VerifyAsync(file, database.Keys, null, events.Add), events);
    }
}
