using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Records;

/// <summary>Compacting, rebuilding, backups, imports and migrations.</summary>
public abstract class ChronoUpkeepTests(ITestEngine engine) : ChronoStoreTests(engine)
{
    public static TheoryData<CompactedHistory> Histories => new(CompactedHistory.Archive, CompactedHistory.Delete);

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task Compact_Store_KeepsTheStateAndTheChain(CompactedHistory history)
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 60);
        var (before, head) = (await AllAsync(store), await store.GetHeadAsync());
        var compaction = await store.CompactAsync(history);
        (compaction.Sequence, compaction.Events).ShouldBe((60, 60));
        (compaction.Event.Seq, compaction.Event.Op, compaction.Event.PrevHash).ShouldBe((61, "compact", ""));
        compaction.Event.Record.Label.ShouldBe("Compacted at seq=60");
        (await AllAsync(store)).ShouldBe(before);
        (await store.SequenceAsync()).ShouldBe(61);
        await store.UpsertAsync(RecordOf(3));
        await store.DeleteAsync("R-5");
        (await store.CompactAsync(history)).ShouldSatisfyAllConditions(c => c.Sequence.ShouldBe(63), c => c.Events.ShouldBe(3));
        await store.UpsertAsync(Record("last"));

        var verdict = await store.VerifyChainAsync(new ChronoVerification { Deep = true });
        verdict.FirstBroken.ShouldBeNull();
        verdict.Warnings.ShouldBeEmpty();
        verdict.Events.ShouldBe(history == CompactedHistory.Archive ? 65 : 2);
        var last = await store.ReplayAsync(64).FirstAsync();
        var outside = history == CompactedHistory.Archive ? head : new ChainHead(63, last.Record.Data.GetProperty("continues_hash").GetString()!);
        (await store.VerifyChainAsync(new ChronoVerification { Expected = outside })).Warnings.ShouldBeEmpty();
        var other = new ChainHead(outside.Seq, new string('0', 64));
        (await store.VerifyChainAsync(new ChronoVerification { Expected = other })).Warnings.Single().Code.ShouldBe("head_differs");
    }

    [Fact]
    public async Task Compact_Archived_IsKnownAsBefore()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 40);
        var (events, past) = (await store.ReplayAsync().Select(e => e.ToLine()).ToListAsync(), await store.GetStateAsync(ChronoMoment.AtSeq(20)));
        var history = await store.HistoryAsync("R-3").Select(e => e.Seq).ToListAsync();
        await store.CompactAsync();
        (await store.ReplayAsync().Take(40).Select(e => e.ToLine()).ToListAsync()).ShouldBe(events);
        (await store.GetStateAsync(ChronoMoment.AtSeq(20))).Records.ShouldBe(past.Records);
        (await store.GetAsync("R-3", ChronoMoment.AtSeq(20))).ShouldBe(past.Find("R-3"));
        (await store.HistoryAsync("R-3").Select(e => e.Seq).ToListAsync()).ShouldBe(history);
    }

    [Fact]
    public async Task Compact_Deleted_IsKnownFromThereOn()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 40);
        var all = await AllAsync(store);
        await store.CompactAsync(CompactedHistory.Delete);
        await store.UpsertAsync(Record("R-3", "new"));
        (await store.GetStateAsync(ChronoMoment.AtSeq(40))).Records.ShouldBe(all);
        (await store.GetAsync("R-3", ChronoMoment.AtSeq(41))).ShouldBe(all.Single(r => r.Id == "R-3"));
        (await store.HistoryAsync("R-3").Select(e => e.Seq).ToListAsync()).ShouldBe([42]);
        (await Should.ThrowAsync<ChronoHistoryLostException>(() => store.GetStateAsync(ChronoMoment.AtSeq(39)))).Message.ShouldBe(
            "The store has its history from seq 40 on, but seq 39 is earlier: that part was deleted by a compaction, or was not"
            + " in the files that were imported. Ask for a later moment.");
    }

    [Fact]
    public async Task Compact_Empty_IsAnEventToo()
    {
        await using var store = await OpenAsync();
        (await store.CompactAsync()).Sequence.ShouldBe(0);
        (await store.UpsertAsync(Record("A"))).Seq.ShouldBe(2);
        (await store.VerifyChainAsync()).ChainValid.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task Rebuild_Rows_ComeOutAsTheyWere(CompactedHistory history)
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 50);
        await store.CompactAsync(history);
        await FillAsync(store, 20);
        var (before, head) = (await AllAsync(store), await store.GetHeadAsync());
        await store.RebuildAsync();
        (await AllAsync(store)).ShouldBe(before);
        (await store.GetHeadAsync()).ShouldBe(head);
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings.ShouldBeEmpty();
        (await store.UpsertAsync(Record("A"))).Seq.ShouldBe(head.Seq + 1);
    }

    [Fact]
    public async Task Restore_Backup_GivesTheStoreAgain()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 30);
        await store.CompactAsync();
        await FillAsync(store, 10);
        var folder = NewFolder();
        var head = await store.BackupAsync(folder);
        await store.UpsertAsync(Record("later"));

        await using var other = await OpenAsync();
        (await other.RestoreAsync(folder)).ShouldSatisfyAllConditions(r => r.Head.ShouldBe(head), r => r.Events.ShouldBe(41));
        (await other.GetHeadAsync()).ShouldBe(head);
        (await other.GetStateAsync(ChronoMoment.AtSeq(20))).Records.ShouldBe((await store.GetStateAsync(ChronoMoment.AtSeq(20))).Records);
        (await other.ReplayAsync().Select(e => e.ToLine()).ToListAsync())
            .ShouldBe(await store.ReplayAsync().Take(41).Select(e => e.ToLine()).ToListAsync());
        (await AllAsync(other)).ShouldBe((await AllAsync(store)).SkipLast(1));
        (await other.VerifyChainAsync(new ChronoVerification { Deep = true })).ShouldSatisfyAllConditions(
            v => v.ChainValid.ShouldBeTrue(), v => v.Warnings.ShouldBeEmpty());
        await Should.ThrowAsync<ChronoNotEmptyException>(() => store.RestoreAsync(folder));
        await Should.ThrowAsync<IOException>(() => store.BackupAsync(folder));
    }

    [Fact]
    public async Task Restore_DamagedBackup_IsRefused()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 5);
        var folder = NewFolder();
        await store.BackupAsync(folder);
        var file = Path.Combine(folder, ChronoFolder.Name, ChronoFolder.EventsName);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..^1]);
        await using var other = await OpenAsync();
        (await Should.ThrowAsync<DamagedBackupException>(() => other.RestoreAsync(folder))).File.ShouldBe(file);
        (await other.SequenceAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Export_Compacted_IsContinuedByTheReference()
    {
        await using var store = await OpenAsync();
        await FillAsync(store, 30);
        await store.CompactAsync();
        await FillAsync(store, 10);
        var folder = NewFolder();
        await store.ExportAsync(folder);
        var exported = await ChronoFolder.ReadAsync(folder);
        exported.Verify().ShouldSatisfyAllConditions(v => v.ChainValid.ShouldBeTrue(), v => v.Warnings.ShouldBeEmpty());
        exported.Open().Records.ShouldBe(await AllAsync(store));
        exported.Open().LastHash.ShouldBe((await store.GetHeadAsync()).Hash);
    }

    [Fact]
    public async Task Import_Again_TakesTheRest()
    {
        await using var source = await OpenAsync();
        await FillAsync(source, 20);
        var (first, second) = (NewFolder(), NewFolder());
        await source.ExportAsync(first);
        await FillAsync(source, 20);
        await source.ExportAsync(second);

        await using var store = await OpenAsync();
        (await store.ImportAsync(first)).Events.ShouldBe(20);
        (await store.ImportAsync(first)).Events.ShouldBe(0);
        (await store.ImportAsync(second)).Events.ShouldBe(20);
        (await store.GetHeadAsync()).ShouldBe(await source.GetHeadAsync());
        await store.UpsertAsync(Record("own"));
        (await Should.ThrowAsync<ChronoNotEmptyException>(() => store.ImportAsync(second))).Head.Seq.ShouldBe(41);
    }

    [Theory]
    [InlineData(DamagedLines.Refuse, null, 0)]
    [InlineData(DamagedLines.Skip, true, 5)]
    [InlineData(DamagedLines.Keep, false, 6)]
    public async Task Import_DamagedLine_IsTreatedAsChosen(DamagedLines damaged, bool? chainValid, int events)
    {
        await using var store = await OpenAsync();
        var folder = ChronoVector.Load("08-changed-byte").Folder;
        var options = new ChronoImportOptions { Damaged = damaged };
        if (chainValid is null)
        {
            (await Should.ThrowAsync<DamagedFolderException>(() => store.ImportAsync(folder, options))).Damaged.Line.ShouldBe(3);
            (await store.SequenceAsync()).ShouldBe(0);
            return;
        }

        var imported = await store.ImportAsync(folder, options);
        imported.Events.ShouldBe(events);
        imported.Left.Count.ShouldBe(6 - events);
        (await store.VerifyChainAsync()).FirstBroken!.Seq.ShouldBe(chainValid == true ? 4 : 3);
    }

    [Fact]
    public async Task Import_WhatNoDatabaseKeeps_IsListed()
    {
        await using var store = await OpenAsync();
        var folder = ChronoFolder.Read(
            """
            {"seq": 1, "ts": "t", "op": "upsert", "record_id": "A", "record": {"id": "A", "label": "\ud800"}, "prev_hash": "", "hash": "x"}
            {"seq": 2, "ts": "t", "op": "upsert", "record_id": "A", "record": {"id": "A"}, "prev_hash": "", "hash": "\u0000"}
            {"seq": 3, "ts": "t", "op": "upsert", "record_id": "A", "record": {"id": "A", "confidence": NaN}, "prev_hash": "\u0000", "hash": "y"}
            """u8.ToArray(),
            """{"seq": 9, "last_hash": "\u0000", "records": [{"id": "B"}, {"id": "C\ud800"}, {"id": "D\u0000", "data": {"n": Infinity}}]}"""u8.ToArray());
        var imported = await store.ImportAsync(folder, new ChronoImportOptions { Damaged = DamagedLines.Keep });
        imported.Left.Select(l => $"{l.Line}: {l.Reason}").ShouldBe([
            "1: The event contains half of a surrogate pair, so it has no hash.",
            "2: The event's hash contains NUL, which no database can store.",
            "0: The record 'C\ufffd' of snapshot.json holds half of a surrogate pair, which is not a character.",
        ]);
        imported.Values.Select(v => v.Line).ShouldBe([3]);
        (await AllAsync(store)).Select(r => r.Id).ShouldBe(["B", "D\0"]);
        (await store.SequenceAsync()).ShouldBe(9);
        (await store.GetAsync("D\0"))!.ToJson().ShouldContain("Infinity");
    }

    [Fact]
    public async Task Migrate_Vector_CountsAsItShould()
    {
        await using var store = await OpenAsync();
        var folder = Path.Combine(ChronoVector.Root, "23-migrated", "input");
        (await store.MigrateFromJsonAsync(folder)).ShouldSatisfyAllConditions(
            m => (m.Requirements, m.Testcases, m.Skipped).ShouldBe((6, 2, 1)), m => m.Notes.Count.ShouldBe(3));
        var again = await store.MigrateFromJsonAsync(folder);
        (again.Requirements, again.Testcases, again.Skipped).ShouldBe((0, 0, 9));
        await store.DeleteAsync("TEST-001");
        (await store.MigrateFromJsonAsync(folder)).Testcases.ShouldBe(0);
        (await store.MigrateFromJsonAsync(folder, DeletedRecords.Revive)).Testcases.ShouldBe(1);
        (await store.MigrateFromJsonAsync(folder + "-changed")).Requirements.ShouldBe(3);
        (await store.MigrateFromJsonAsync(folder + "-none")).Requirements.ShouldBe(0);
        (await store.VerifyChainAsync()).ChainValid.ShouldBeTrue();
    }
}
