using System.Text;
using Ledger.Conformance.Records;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

public sealed class ChronoImportPlanTests
{
    public static TheoryData<string> Cases => new(ChronoVector.Names);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Stored_EventsOfAVector_GiveTheirLinesAgain(string name)
    {
        foreach (var walEvent in ChronoVector.Load(name).Folder.Replay())
        {
            var stored = StoredEvent.Of(walEvent);
            stored.ToEvent().ToLine().ShouldBe(walEvent.ToLine());
            (stored with { Spelled = null }).ToEvent().HashedText.ShouldBe(walEvent.HashedText);
        }
    }

    [Fact]
    public void Stored_KeysThatFollowFromTheText_AreNotKeptTwice()
    {
        StoredEvent.Of(Event(new ChronoRecord { Id = "A" })).Spelled.ShouldBeNull();
        StoredEvent.Of(Event(new ChronoRecord { Id = "A", Data = SampleStore.RecordOf(1).Data })).Spelled.ShouldNotBeNull();
        Should.Throw<FormatException>(() => new StoredEvent("{\"seq\": \"x\"}", "", null).ToEvent()).Message
            .ShouldBe("The text is not an event: 'seq' is not a 64-bit integer.");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_Kept_TakesEveryEvent(string name)
    {
        var folder = ChronoVector.Load(name).Folder;
        var plan = ChronoImportPlan.Of(folder, DamagedLines.Keep, ChronoRules.Default);
        plan.Events.ShouldBe(folder.Replay());
        plan.Left.Count.ShouldBe(folder.Lines.Count - plan.Events.Count);
    }

    [Theory]
    [InlineData("08-changed-byte", "3 3: The event's hash does not match its text. The text or the hash was changed.")]
    [InlineData("10-reordered", "3 2: The event has seq 2, but seq 3 comes before it.")]
    [InlineData("11-deleted-middle-line", null)]
    [InlineData("12-truncated-last-line", "6 : The line is not an event: malformed JSON at byte 464: the text does not end.")]
    [InlineData("14-garbage-line", "3 : The line is not an event: malformed JSON at byte 1: a value is expected.")]
    [InlineData("18-duplicate-seq", "7 1: The event's hash does not match its text. The text or the hash was changed.")]
    public void Plan_Skipped_LeavesOutWhatDoesNotHoldByItself(string name, string? left) =>
        ChronoImportPlan.Of(ChronoVector.Load(name).Folder, DamagedLines.Skip, ChronoRules.Default).Left
            .Select(l => $"{l.Line} {l.Seq}: {l.Reason}").ShouldBe(left is null ? [] : [left]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_Refused_IsMadeOfSoundFoldersOnly(string name)
    {
        var folder = ChronoVector.Load(name).Folder;
        if (folder.Verify().ChainValid)
        {
            ChronoImportPlan.Of(folder, DamagedLines.Refuse, ChronoRules.Default).Left.ShouldBeEmpty();
            return;
        }

        var refused = Should.Throw<DamagedFolderException>(() => ChronoImportPlan.Of(folder, DamagedLines.Refuse, ChronoRules.Default));
        refused.Damaged.Line.ShouldBe(folder.Verify().FirstBroken!.Line!.Value);
        refused.Message.ShouldBe($"Line {refused.Damaged.Line} of events.wal is damaged: {refused.Damaged.Reason}"
            + " Nothing was imported; choose to skip or keep such lines.");
    }

    [Fact]
    public void Plan_ValuesThatAStoreRefuses_AreKeptAndListed() =>
        ChronoImportPlan.Of(ChronoVector.Load("04-filters").Folder, DamagedLines.Refuse, ChronoRules.Default).Values
            .Select(v => $"{v.Line} {v.Seq}: {v.Reason}").ShouldBe([
                "13 13: 'confidence' is -0.25, but must be from 0 to 1.",
                "14 14: 'confidence' is 1.5, but must be from 0 to 1.",
            ]);

    [Fact]
    public void Plan_HalfOfASurrogatePair_CannotBeStored()
    {
        var line = Encoding.UTF8.GetBytes("""{"seq": 1, "record": {"id": "A", "label": "\ud800"}}""");
        ChronoImportPlan.Of(ChronoFolder.Read(line, null), DamagedLines.Keep, ChronoRules.Default).Left.Single().Reason
            .ShouldBe("The event contains half of a surrogate pair, so it has no hash.");
    }

    private static WalEvent Event(ChronoRecord record) => WalEvent.Create(1, SampleStore.Start, "upsert", record, "", 0);
}
