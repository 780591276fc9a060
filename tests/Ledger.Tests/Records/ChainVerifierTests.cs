using System.Text;
using Ledger.Conformance.Records;
using Ledger.Json;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

public sealed class ChainVerifierTests
{
    private static readonly List<(byte[] Text, byte[] Hash)> Events = Parts(SampleStore.FolderOf(SampleStore.Lines(10_000)));

    public static TheoryData<string> Cases => new(ChronoVector.Names);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Verify_EventsOfAVector_FindsWhatTheFolderShows(string name)
    {
        var folder = ChronoVector.Load(name).Folder;
        var verifier = Verify(Parts(folder), out var broken);
        var expected = folder.Verify().FirstBroken;
        var isLineOnly = expected is { Seq: null };
        (broken is null).ShouldBe(expected is null || isLineOnly);
        broken?.Seq.ShouldBe(expected!.Seq);
        if (broken is null)
        {
            verifier.Head.ShouldBe(new ChainHead(folder.Lines[^1].Event?.Seq ?? 5, folder.Replay().Last().Hash));
        }
    }

    [Fact]
    public void Verify_ManyBlocks_IsValid()
    {
        var verifier = Verify(Events, out var broken);
        broken.ShouldBeNull();
        verifier.Events.ShouldBe(Events.Count);
        verifier.Head.Seq.ShouldBe(Events.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4_095)]
    [InlineData(4_097)]
    [InlineData(9_999)]
    public void Verify_OneEventChanged_NamesIt(int index)
    {
        List<(byte[] Text, byte[] Hash)> changed = [.. Events];
        changed[index] = (Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Events[index].Text).Replace("Says", "says", StringComparison.Ordinal)), Events[index].Hash);
        Verify(changed, out var broken);
        broken.ShouldBe(new ChainBreak(null, index + 1, "The event's hash does not match its text. The text or the hash was changed."));

        changed.RemoveAt(index);
        Verify(changed, out broken);
        broken?.Reason.ShouldBe($"The event has seq {index + 2}, but {index + 1} is expected. Events are missing, duplicated or out of order.");
    }

    [Fact]
    public void Verify_ChainComputedAnewFromAChange_IsNotTheHeadThatWasKept()
    {
        // A chain recomputed as a whole is valid; only a head stored elsewhere reveals it.
        var other = new ChronoFolderWriter(default, null);
        other.Upsert(new ChronoRecord { Id = "R-0", Label = "another history" }, SampleStore.Start);
        var verifier = Verify(Parts(ChronoFolder.Read(other.Events, null)), out var broken);
        broken.ShouldBeNull();
        verifier.Head.Hash.ShouldNotBe(Encoding.ASCII.GetString(Events[0].Hash));
    }

    [Fact]
    public void Verify_Compaction_MustContinueTheChain()
    {
        var writer = SampleStore.Write(20);
        var before = Parts(ChronoFolder.Read(writer.Events.ToArray(), null));
        writer.Compact(SampleStore.Start);
        var compaction = Parts(ChronoFolder.Read(writer.Events, null)).Single();
        Verify([.. before, compaction], out var broken).Head.Seq.ShouldBe(21);
        broken.ShouldBeNull();

        Verify([.. before.Take(19), compaction], out broken);
        broken!.Reason.ShouldStartWith("The compaction does not continue the event with seq 19 and the hash '");
    }

    [Fact]
    public void Verify_TextThatLooksLikeAField_IsNotTakenForOne()
    {
        var writer = new ChronoFolderWriter(default, null);
        writer.Upsert(new ChronoRecord { Id = ", \"seq\": 9, \"ts\": \"", Label = ", \"prev_hash\": \"x\"" }, SampleStore.Start);
        writer.Upsert(SampleStore.RecordOf(1) with { Data = EventJson.ParseElement("""{"a": 1, "seq": 5, "ts": "x"}"""u8.ToArray()) }, SampleStore.Start);
        Verify(Parts(ChronoFolder.Read(writer.Events, null)), out var broken).Head.Seq.ShouldBe(2);
        broken.ShouldBeNull();
    }

    [Fact]
    public void Verify_CompactionOfAnotherChain_IsNotItsNext()
    {
        var writer = SampleStore.Write(20);
        writer.Compact(SampleStore.Start);
        var compaction = Parts(ChronoFolder.Read(writer.Events, null)).Single();

        var other = new ChronoFolderWriter(default, null);
        for (var i = 0; i < 20; i++)
        {
            other.Upsert(SampleStore.RecordOf(i) with { Label = "another history" }, SampleStore.Start);
        }

        Verify([.. Parts(ChronoFolder.Read(other.Events, null)), compaction], out var broken);
        broken!.Reason.ShouldStartWith("The compaction does not continue the event with seq 20 and the hash '");

        var damaged = Encoding.UTF8.GetString(compaction.Text).Replace("\"continues_hash\": ", "\"continues_hash\" ", StringComparison.Ordinal);
        Verify([.. Events.Take(20), Hashed(damaged)], out broken);
        broken!.Reason.ShouldStartWith("The compaction does not continue the event with seq 20");
    }

    [Fact]
    public void Verify_EventLinkedToAnother_WithAHashOfItsOwnText_IsBroken()
    {
        var before = Encoding.ASCII.GetString(Events[2].Hash);
        var forged = Encoding.UTF8.GetString(Events[3].Text).Replace(before, new string('a', before.Length), StringComparison.Ordinal);

        Verify([.. Events.Take(3), Hashed(forged)], out var broken);

        broken?.Seq.ShouldBe(4);
        broken?.Reason.ShouldStartWith("The event follows an event with the hash 'aaaa");
    }

    [Fact]
    public void Verify_TextWithoutASeq_OrAHashThatIsTooLong_IsBroken()
    {
        Verify([Hashed(Encoding.UTF8.GetString(Events[0].Text).Replace("\"seq\": 1,", "\"seq\": \"1\",", StringComparison.Ordinal))], out var broken);
        broken.ShouldBe(new ChainBreak(null, null, "The event's text does not contain its seq."));

        Verify([(Events[0].Text, [.. Events[0].Hash, (byte)'0'])], out broken);
        broken?.Reason.ShouldStartWith("The event's hash does not match its text.");
        Verify([Events[0], (Events[1].Text, [])], out broken);
        broken?.Seq.ShouldBe(2);
    }

    [Fact]
    public void Verify_TextsLargerThanABlock_AreValid()
    {
        var writer = new ChronoFolderWriter(default, null);
        foreach (var length in new[] { 10, 700_000, 700_000, 3_000_000, 10, 2_000_000 })
        {
            writer.Upsert(SampleStore.RecordOf(length) with { Label = new string('x', length) }, SampleStore.Start);
        }

        var events = Parts(ChronoFolder.Read(writer.Events, null));
        Verify(events, out var broken).Head.Seq.ShouldBe(6);
        broken.ShouldBeNull();
        events[3] = (Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(events[3].Text).Replace("xxxx\"", "xxxy\"", StringComparison.Ordinal)), events[3].Hash);
        Verify(events, out broken);
        broken?.Seq.ShouldBe(4);
    }

    [Fact]
    public void Verify_AfterAKnownEvent_MustContinueIt()
    {
        var known = new ChainVerifier(new ChainHead(10, Encoding.ASCII.GetString(Events[9].Hash)));
        known.Add(Events[10].Text, Events[10].Hash).ShouldBeTrue();
        known.Complete().ShouldBeNull();
        known.Head.ShouldBe(new ChainHead(11, Encoding.ASCII.GetString(Events[10].Hash)));

        var other = new ChainVerifier(new ChainHead(10, Encoding.ASCII.GetString(Events[8].Hash)));
        other.Add(Events[10].Text, Events[10].Hash);
        other.Complete()?.Seq.ShouldBe(11);
        other.Add(Events[11].Text, Events[11].Hash).ShouldBeFalse();
        other.Events.ShouldBe(1);
    }

    private static ChainVerifier Verify(IEnumerable<(byte[] Text, byte[] Hash)> events, out ChainBreak? broken)
    {
        var verifier = new ChainVerifier();
        foreach (var (text, hash) in events)
        {
            verifier.Add(text, hash);
        }

        broken = verifier.Complete();
        return verifier;
    }

    private static (byte[] Text, byte[] Hash) Hashed(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return (bytes, Encoding.ASCII.GetBytes(ChainHash.Of(bytes)));
    }

    private static List<(byte[] Text, byte[] Hash)> Parts(ChronoFolder folder) =>
        [.. folder.Replay().Select(e => (Encoding.UTF8.GetBytes(e.HashedText), Encoding.ASCII.GetBytes(e.Hash)))];
}
