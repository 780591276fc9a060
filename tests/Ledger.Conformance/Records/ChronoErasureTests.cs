using System.Text;
using System.Text.Json;
using Ledger.Forgetting;
using Ledger.Json;
using Ledger.Log;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Records;

/// <summary>Records whose text was masked: the chain keeps its hashes and says where it is erased.</summary>
public abstract class ChronoErasureTests(ITestEngine engine) : ChronoStoreTests(engine)
{
    private const string Secret = "Jane";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mask_Record_KeepsItsHashAndIsNeverValid(bool isCompacted)
    {
        var log = await Engine.CreateStoreAsync();
        var store = Open(log, $"p-{Guid.NewGuid():N}");
        await store.UpsertAsync(Record("other", "kept"));
        var id = Guid.CreateVersion7();
        await store.UpsertAsync(Customer("c1", Secret), id);
        await store.UpsertAsync(Customer("c2", "John"));
        var head = await store.GetHeadAsync();
        if (isCompacted)
        {
            await store.CompactAsync();
        }

        var masking = new EventMasking(log, [new PersonalDataRule("chrono.event", "$.record.data", "$.record.data.name"), new PersonalDataRule("chrono.record", "$.record.data", "$.record.data.name")]);
        var report = await masking.MaskAsync(MaskRequest.OfSubject(Secret, "asked"));

        // A compacted store has the record once more, in the state that it begins with.
        report.Masked.ShouldBe(isCompacted ? 2 : 1);
        var note = await log.ReadForwardAsync(EventMasked.StreamOf(StreamName.Chrono(store.Project))).FirstAsync();
        var verdict = await store.VerifyChainAsync(new ChronoVerification { Expected = head, Deep = true });
        (verdict.State, verdict.ChainValid, verdict.ErasedCount).ShouldBe((ChainState.Erased, false, 1));
        verdict.Erased.ShouldBe([new ErasedLink(2, note.Id)]);
        (verdict.FirstBroken, verdict.Warnings.Count).ShouldBe((null, 0));
        (await store.GetAsync("c1"))!.ShouldSatisfyAllConditions(r => r.Data.ValueKind.ShouldBe(JsonValueKind.Undefined), r => r.Label.ShouldBe("A customer"));
        (await store.GetAsync("c2"))!.Data.GetProperty("name").GetString().ShouldBe("John");
        (await store.GetAsync("c1", ChronoMoment.AtSeq(2)))!.ToString().ShouldNotContain(Secret);
        (await store.HistoryAsync("c1").SelectMany(e => Encoding.UTF8.GetBytes(e.ToLine()).ToAsyncEnumerable()).ToArrayAsync()).AsSpan().IndexOf("Jane"u8).ShouldBe(-1);

        // A writer that retries is told that it was written; the chain goes on.
        (await store.UpsertAsync(Customer("c1", Secret), id)).Seq.ShouldBe(2);
        (await Should.ThrowAsync<EventIdInUseException>(() => store.UpsertAsync(Customer("c1", "Joan"), id))).Conflict.ShouldBe(EventIdConflict.OtherContent);
        await store.UpsertAsync(Customer("c3", "Jim"));
        (await store.VerifyChainAsync()).State.ShouldBe(ChainState.Erased);
        await Should.ThrowAsync<ChronoErasedException>(() => store.BackupAsync(NewFolder()));
        if (isCompacted)
        {
            await store.ExportAsync(NewFolder());
        }
        else
        {
            (await Should.ThrowAsync<ChronoErasedException>(() => store.ExportAsync(NewFolder()))).Version.ShouldBe(new StreamVersion(2));
        }
    }

    [Fact]
    public async Task Mask_WholeStore_KeepsWhatRecordsAreFoundBy()
    {
        var log = await Engine.CreateStoreAsync();
        var store = Open(log, $"p-{Guid.NewGuid():N}");
        await store.UpsertAsync(Customer("c1", Secret) with { Kind = "decision", Evidence = [Secret], Confidence = 0.25 });
        await store.DeleteAsync("c1");

        (await new EventMasking(log).MaskAsync(MaskRequest.OfStream(StreamName.Chrono(store.Project), "asked"))).Masked.ShouldBe(1);

        (await store.ReadRecordsAsync().SingleAsync()).ShouldBe(new ChronoRecord { Id = "c1", Kind = "decision", Label = "****", Status = "tombstone", Confidence = 0.25 });
        (await store.VerifyChainAsync()).Erased.Select(e => e.Seq).ShouldBe([1]);
    }

    // The order of the members is not that of the hashed text, so that they are spelled in the headers too.
    private static ChronoRecord Customer(string id, string name) => new()
    {
        Id = id,
        Label = "A customer",
        Data = EventJson.ParseElement(Encoding.UTF8.GetBytes($$"""{"name": "{{name}}", "age": 42}""")),
    };
}
