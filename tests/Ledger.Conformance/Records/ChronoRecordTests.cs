using Ledger.Log;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Records;

/// <summary>Writing and reading records.</summary>
public abstract class ChronoRecordTests(ITestEngine engine) : ChronoStoreTests(engine)
{
    [Fact]
    public async Task Store_Unknown_IsEmpty()
    {
        await using var store = await OpenAsync();
        (await store.GetAsync("A")).ShouldBeNull();
        (await AllAsync(store)).ShouldBeEmpty();
        (await store.RecordCountAsync()).ShouldBe(0);
        (await store.SequenceAsync()).ShouldBe(0);
        (await store.GetHeadAsync()).ShouldBe(default);
        (await store.ReplayAsync().ToListAsync()).ShouldBeEmpty();
        (await store.HistoryAsync("A").ToListAsync()).ShouldBeEmpty();
        (await store.VerifyChainAsync()).ChainValid.ShouldBeTrue();
    }

    [Fact]
    public async Task Upsert_Record_IsReadAgainWithTheDepthOfTheStore()
    {
        await using var store = await OpenAsync(recursionDepth: 3);
        var record = RecordOf(7);
        var written = await store.UpsertAsync(record);
        (written.Seq, written.Op, written.RecordId, written.RecursionDepth, written.PrevHash).ShouldBe((1, "upsert", "R-7", 3, ""));
        written.Hash.ShouldBe(written.ComputeHash());
        (await store.GetAsync("R-7"))!.ToJson().ShouldBe((record with { RecursionDepth = 3 }).ToJson());
        (await store.GetAsync("R-8")).ShouldBeNull();
        (await store.GetAsync("\ud800")).ShouldBeNull();
        (await store.ReplayAsync().ToListAsync()).Single().ToLine().ShouldBe(written.ToLine());
        (await store.GetHeadAsync()).ShouldBe(new ChainHead(1, written.Hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\u2400b")]
    [InlineData("naïve – 𝄞")]
    public async Task Upsert_AnyId_IsFound(string id)
    {
        await using var store = await OpenAsync();
        await store.UpsertManyAsync([Record(id, "this"), Record("a\0b" == id ? "a\u2400b" : "a\0b", "other"), Record(new string('x', 5_000), "long")]);
        (await store.GetAsync(id))!.Label.ShouldBe("this");
        (await store.GetAsync(new string('x', 5_000)))!.Label.ShouldBe("long");
        (await AllAsync(store)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Upsert_BadValue_IsRefusedByField()
    {
        await using var store = await OpenAsync();
        (await Should.ThrowAsync<ChronoRecordException>(() => store.UpsertAsync(Record("A") with { Confidence = 1.5 })))
            .Message.ShouldBe("The record 'A' cannot be stored: 'confidence' is 1.5, but must be from 0 to 1. Nothing was written.");
        (await Should.ThrowAsync<ChronoRecordException>(() => store.UpsertManyAsync([Record("A"), Record("B") with { SourceType = "heard" }])))
            .Field.ShouldBe("source_type");
        (await Should.ThrowAsync<ChronoRecordException>(() => store.DeleteAsync("\ud800"))).Field.ShouldBe("id");
        (await store.SequenceAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task UpsertMany_Records_AreOneAfterTheOther()
    {
        await using var store = await OpenAsync();
        var events = await store.UpsertManyAsync(Enumerable.Range(0, 2_500).Select(RecordOf));
        events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, 2_500).Select(i => (long)i));
        events.Zip(events.Skip(1)).ShouldAllBe(pair => pair.Second.PrevHash == pair.First.Hash);
        (await AllAsync(store)).Select(r => r.Id).ShouldBe(Enumerable.Range(0, 30).Select(i => $"R-{i}"));
        (await store.UpsertManyAsync([])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Upsert_WithTheIdOfAnotherStreamsEvent_IsRefused()
    {
        var log = await Engine.CreateStoreAsync();
        var (taken, other) = (new NewEvent(new KitLoaded("k")), new StreamName($"other-{Guid.NewGuid():N}"));
        await log.AppendAsync(other, ExpectedVersion.NoStream, [taken]);
        await using var store = Open(log, $"p-{Guid.NewGuid():N}");

        var refused = await Should.ThrowAsync<EventIdInUseException>(() => store.UpsertAsync(Record("A"), taken.Id));

        (refused.Holder, refused.EventId, refused.Conflict).ShouldBe((other, taken.Id, EventIdConflict.OtherStream));
        (await store.UpsertAsync(Record("A"))).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task Delete_Record_LeavesATombstoneInItsPlace()
    {
        await using var store = await OpenAsync();
        await store.UpsertManyAsync([Record("A"), Record("B"), Record("C")]);
        var deleted = await store.DeleteAsync("B");
        (deleted.Op, deleted.Record.Status, deleted.Seq).ShouldBe(("delete", "tombstone", 4));
        (await store.GetAsync("B"))!.Status.ShouldBe("tombstone");
        (await store.RecordCountAsync()).ShouldBe(2);
        (await store.QueryAsync().Select(r => r.Id).ToListAsync()).ShouldBe(["A", "C"]);
        (await store.DeleteAsync("unknown")).Seq.ShouldBe(5);
        (await store.GetAsync("unknown")).ShouldBeNull();
        await store.UpsertAsync(Record("B", "again"));
        (await AllAsync(store)).Select(r => r.Id).ShouldBe(["A", "B", "C"]);
        (await store.HistoryAsync("B").Select(e => e.Op).ToListAsync()).ShouldBe(["upsert", "delete", "upsert"]);
        (await store.HistoryAsync("unknown").Select(e => e.Seq).ToListAsync()).ShouldBe([5]);
    }

    [Fact]
    public async Task Query_LongKinds_AreToldApart()
    {
        await using var store = await OpenAsync();
        var (a, b) = (new string('k', 99) + "𝄞a", new string('k', 99) + "𝄞b");
        await store.UpsertManyAsync([Record("A") with { Kind = a }, Record("B") with { Kind = b }, Record("C") with { Kind = "x\0" }]);
        (await store.QueryAsync(new ChronoQuery { Kind = b }).Select(r => r.Id).ToListAsync()).ShouldBe(["B"]);
        (await store.QueryAsync(new ChronoQuery { Kind = "x\0", Status = "" }).Select(r => r.Id).ToListAsync()).ShouldBe(["C"]);
        (await store.QueryAsync(new ChronoQuery { Kind = "x\u2400" }).ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Query_ManyStatuses_ComeInOrder()
    {
        await using var store = await OpenAsync();
        string[] statuses = ["active", "deprecated", "hypothesis", "invalidated"];
        await store.UpsertManyAsync(Enumerable.Range(0, 3_000).Select(i => new ChronoRecord
        {
            Id = $"{i}", Kind = i % 2 == 0 ? "fact" : "risk", Status = statuses[i / 2 % 4], Confidence = i % 10 / 10.0,
        }));
        (await store.QueryAsync(new ChronoQuery { Kind = "risk", Status = "" }).Select(r => r.Id).ToListAsync())
            .ShouldBe(Enumerable.Range(0, 3_000).Where(i => i % 2 == 1).Select(i => $"{i}"));
        (await store.QueryAsync(new ChronoQuery { Status = "hypothesis", RagFilter = true, MinConfidence = 0.3 }).Select(r => r.Id).ToListAsync())
            .ShouldBe(Enumerable.Range(0, 3_000).Where(i => i / 2 % 4 == 2 && i % 10 >= 6).Select(i => $"{i}"));
    }

    [Fact]
    public async Task AsOf_SeqOrTime_GivesWhatWasThere()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 40; i++)
        {
            SetTime(Start.AddSeconds(i));
            await (i % 7 == 6 ? store.DeleteAsync("A") : store.UpsertAsync(Record(i % 2 == 0 ? "A" : $"B-{i}", $"{i}")));
        }

        var events = await store.ReplayAsync().ToListAsync();
        for (var seq = 0; seq <= 41; seq++)
        {
            var expected = new ChronoState();
            events.Where(e => e.Seq <= seq).ToList().ForEach(e => expected.Apply(e));
            var state = await store.GetStateAsync(ChronoMoment.AtSeq(seq));
            state.Records.ShouldBe(expected.Records);
            state.Sequence.ShouldBe(expected.Sequence);
            (await store.GetAsync("A", ChronoMoment.AtSeq(seq))).ShouldBe(expected.Find("A"));
            var atTime = await store.GetStateAsync(ChronoMoment.AtTime(Start.AddSeconds(seq - 1).AddMilliseconds(700)));
            atTime.Records.ShouldBe(expected.Records);
            (await store.GetAsync("A", ChronoMoment.AtTime(Start.AddSeconds(seq - 1)))).ShouldBe(expected.Find("A"));
        }
    }

    [Fact]
    public async Task Write_SameIdAgain_IsWrittenOnce()
    {
        await using var store = await OpenAsync();
        var (id, call) = (Guid.NewGuid(), Guid.NewGuid());
        var first = await store.UpsertAsync(Record("A", "first"), id);
        await store.UpsertAsync(Record("B"));
        var again = await store.UpsertAsync(Record("A", "first"), id);
        again.ToLine().ShouldBe(first.ToLine());
        var many = await store.UpsertManyAsync([Record("C"), Record("D")], call);
        (await store.UpsertManyAsync([Record("C"), Record("D")], call)).Select(e => e.ToLine()).ShouldBe(many.Select(e => e.ToLine()));
        var deleted = await store.DeleteAsync("A", call);
        (await store.DeleteAsync("A", call)).ToLine().ShouldBe(deleted.ToLine());
        (await store.SequenceAsync()).ShouldBe(5);
        (await store.VerifyChainAsync()).ChainValid.ShouldBeTrue();

        await store.CompactAsync();
        (await store.UpsertAsync(Record("A", "first"), id)).ToLine().ShouldBe(first.ToLine());
        (await store.SequenceAsync()).ShouldBe(6);
    }

    [Fact]
    public async Task Write_SameIdAtOnce_IsWrittenOnce()
    {
        await using var store = await OpenAsync();
        var id = Guid.NewGuid();
        var events = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => store.UpsertAsync(Record(i % 10 == 0 ? "A" : $"B-{i}"), i % 10 == 0 ? id : Guid.NewGuid())));
        events.Where(e => e.RecordId == "A").Select(e => e.Hash).Distinct().Count().ShouldBe(1);
        (await store.SequenceAsync()).ShouldBe(46);
    }

    [Fact]
    public async Task Write_ManyStoresAtOnce_MakeOneChain()
    {
        var log = await Engine.CreateStoreAsync();
        var project = $"p-{Guid.NewGuid():N}";
        var stores = Enumerable.Range(0, 4).Select(_ => Open(log, project)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await (i % 5 == 4 ? stores[writer % 4].DeleteAsync($"{writer}-{i - 1}") : stores[writer % 4].UpsertAsync(Record($"{writer}-{i}")));
            }
        })));
        var events = await stores[0].ReplayAsync().ToListAsync();
        events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, 400).Select(i => (long)i));
        (await stores[1].VerifyChainAsync(new ChronoVerification { Deep = true })).ShouldSatisfyAllConditions(
            v => v.ChainValid.ShouldBeTrue(),
            v => v.Warnings.ShouldBeEmpty(),
            v => v.Events.ShouldBe(400));
        (await stores[2].RecordCountAsync()).ShouldBe(16 * 15);
    }

    [Fact]
    public async Task Read_EventOfAnotherKindInTheStream_DoesNotDisturb()
    {
        var log = await Engine.CreateStoreAsync();
        await using var store = Open(log, $"p-{Guid.NewGuid():N}");
        await store.UpsertAsync(Record("A"));
        await log.AppendAsync(store.Stream, ExpectedVersion.Any, [new Ledger.ObjectRemoved("x")]);
        (await store.SequenceAsync()).ShouldBe(1);
        (await store.UpsertAsync(Record("B"))).Seq.ShouldBe(2);
        await log.AppendAsync(store.Stream, ExpectedVersion.Any, [new Ledger.ObjectRemoved("x")]);
        (await store.DeleteAsync("A")).Seq.ShouldBe(3);
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).ShouldSatisfyAllConditions(
            v => v.ChainValid.ShouldBeTrue(), v => v.Warnings.ShouldBeEmpty());
    }

    [Fact]
    public async Task Store_Disposed_IsRefused()
    {
        var store = await OpenAsync();
        await store.UpsertAsync(Record("A"));
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => store.UpsertAsync(Record("B")));
        await Should.ThrowAsync<ObjectDisposedException>(() => store.GetAsync("A"));
    }
}
