using Ledger.Conformance.Records;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

/// <summary>What chronomemory 0.1.1 answers about 24 folders is answered here.</summary>
public sealed class FolderVectorTests
{
    public static TheoryData<string> Cases => new(ChronoVector.Names);

    [Fact]
    public void Vectors_AreAllThere() => ChronoVector.Names.Count().ShouldBe(24);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Verify_Vector_GivesItsAnswer(string name)
    {
        var vector = ChronoVector.Load(name);
        var verdict = vector.Folder.Verify();
        verdict.ChainValid.ShouldBe(vector.Expected.Find("chain_valid")!.Kind == JsonKind.True);
        verdict.LastHash.ShouldBe(vector.Expected.Find("last_hash")!.Text);
        verdict.Events.ShouldBe(vector.Expected.Find("events")!.Items.Count(e => e.Find("unreadable") is null));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lines_Vector_HaveItsHashes(string name)
    {
        var vector = ChronoVector.Load(name);
        var expected = vector.Expected.Find("events")!.Items;
        vector.Folder.Lines.Count.ShouldBe(expected.Count);
        foreach (var (line, wanted) in vector.Folder.Lines.Zip(expected))
        {
            line.Line.ShouldBe(ChronoVector.IntegerOf(wanted.Find("line"))!.Value);
            (line.Fault is null).ShouldBe(wanted.Find("unreadable") is null, line.Fault);
            if (line.Event is { } walEvent)
            {
                walEvent.Seq.ShouldBe(ChronoVector.IntegerOf(wanted.Find("seq"))!.Value);
                walEvent.Op.ShouldBe(wanted.Find("op")!.Text);
                walEvent.RecordId.ShouldBe(wanted.Find("record_id")!.Text);
                walEvent.PrevHash.ShouldBe(wanted.Find("prev_hash")!.Text);
                walEvent.Hash.ShouldBe(wanted.Find("hash")!.Text);
                walEvent.ComputeHash().ShouldBe(wanted.Find("recomputed_hash")!.Text);
                walEvent.HashedText.ShouldBe(wanted.Find("hashed_text")?.Text ?? walEvent.HashedText);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Replay_Vector_GivesItsEvents(string name)
    {
        var vector = ChronoVector.Load(name);
        foreach (var replay in vector.Expected.Find("replay")!.Items)
        {
            var seqs = vector.Folder.Replay(ChronoVector.IntegerOf(replay.Find("from_seq"))!.Value).Select(e => e.Seq).ToList();
            seqs.Count.ShouldBe((int)ChronoVector.IntegerOf(replay.Find("count"))!.Value);
            if (replay.Find("seqs") is { } expected)
            {
                seqs.ShouldBe(expected.Items.Select(i => ChronoVector.IntegerOf(i)!.Value));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Open_Vector_GivesItsState(string name)
    {
        var vector = ChronoVector.Load(name);
        var state = vector.Folder.Open();
        state.Sequence.ShouldBe(ChronoVector.IntegerOf(vector.Expected.Find("wal_seq"))!.Value);
        state.LastHash.ShouldBe(vector.Expected.Find("last_hash")!.Text);
        state.RecordCount.ShouldBe((int)ChronoVector.IntegerOf(vector.Expected.Find("record_count"))!.Value);
        state.Records.Select(r => r.Id).ShouldBe(ChronoVector.TextsOf(vector.Expected.Find("ids_in_order")!));
        ShouldBe(state.Export(), vector.Expected.Find("exported")!);
        ShouldBe(state.Records.Where(r => r.Status != "active"), vector.Expected.Find("not_active")!);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Query_Vector_GivesItsIdsInOrder(string name)
    {
        var vector = ChronoVector.Load(name);
        var state = vector.Folder.Open();
        foreach (var query in vector.Expected.Find("queries")!.Items)
        {
            var args = query.Find("args")!;
            var asked = new ChronoQuery
            {
                Kind = args.Find("kind")?.Text,
                Status = args.Find("status")?.Text ?? "active",
                RagFilter = args.Find("rag_filter")?.Kind == JsonKind.True,
                MinConfidence = args.Find("min_confidence")?.Number.Value ?? 0,
            };
            state.Query(asked).Select(r => r.Id).ShouldBe(ChronoVector.TextsOf(query.Find("ids")!), asked.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Upsert_AfterVector_ContinuesAsTheReference(string name)
    {
        var vector = ChronoVector.Load(name);
        var wanted = vector.Expected.Find("one_more_upsert")!;
        var events = vector.Bytes(ChronoFolder.EventsName)!.Value;
        var writer = new ChronoFolderWriter(events.Span, vector.Bytes(ChronoFolder.SnapshotName)?.ToArray());
        var written = writer.Upsert(ChronoRecord.FromValue(wanted.Find("record")!), ChronoVector.TimeOf(wanted));

        written.Seq.ShouldBe(ChronoVector.IntegerOf(wanted.Find("seq"))!.Value);
        written.PrevHash.ShouldBe(wanted.Find("prev_hash")!.Text);
        written.Hash.ShouldBe(wanted.Find("hash")!.Text);
        var reopened = ChronoVector.FolderOf(writer.Events, writer.Snapshot);
        reopened.Verify().ChainValid.ShouldBe(wanted.Find("chain_valid")!.Kind == JsonKind.True);
        if (name == "12-truncated-last-line")
        {
            // The reference writes the event onto the torn line, where it is lost with it. Here it is there after reopening.
            reopened.Open().Sequence.ShouldBe(written.Seq);
            reopened.Open().Find("AFTER-1").ShouldNotBeNull();
            return;
        }

        var state = reopened.Open();
        var again = wanted.Find("reopened")!;
        state.Sequence.ShouldBe(ChronoVector.IntegerOf(again.Find("wal_seq"))!.Value);
        state.LastHash.ShouldBe(again.Find("last_hash")!.Text);
        state.RecordCount.ShouldBe((int)ChronoVector.IntegerOf(again.Find("record_count"))!.Value);
        (state.Find("AFTER-1") is not null).ShouldBe(again.Find("has_AFTER-1")!.Kind == JsonKind.True);

        // The reference writes the whole file again and turns CRLF into LF; an appending store leaves the old bytes as they were.
        if (name != "15-blank-lines-and-crlf")
        {
            ChainHash.Of(writer.Events.Span).ShouldBe(wanted.Find("wal_sha256")!.Text);
        }
    }

    private static void ShouldBe(IEnumerable<ChronoRecord> records, JsonValue expected) =>
        records.Select(r => r.ToJson()).ShouldBe(expected.Items.Select(ChronoVector.LineOf));
}
