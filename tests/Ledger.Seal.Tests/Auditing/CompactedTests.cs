using Ledger.Log;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>What compactions of record stores take out of the log stays sealed, and is told from what a forger removes.</summary>
public sealed class CompactedTests
{
    [Fact]
    public async Task Archived_EventsAreComparedProvedAndServed()
    {
        await using var database = await CreateAsync();
        var entries = await database.Seal.FindTileAsync("entries/000.p/5");
        var id = await database.ScalarAsync<Guid>("select id from ledger.mt_events where version = 2");
        await using var records = new ChronoStore(database.Store, "kettle");
        await records.CompactAsync();
        await database.SignAsync();

        var (audit, findings) = await database.AuditAsync();
        findings.ShouldBeEmpty();
        (audit.Size, audit.Compacted, audit.Deleted).ShouldBe((8, 5, 0));
        (await database.Seal.FindTileAsync("entries/000.p/5")).ShouldBe(entries);
        (await database.Seal.FindTileAsync("entries/000.p/8")).ShouldNotBeNull();
        var folder = Directory.CreateTempSubdirectory("ledger-tiles");
        (await database.Seal.ExportAsync(folder.FullName)).ShouldBe(8);
        folder.Delete(recursive: true);
        using var proof = new MemoryStream(System.Text.Encoding.UTF8.GetBytes((await database.Seal.ProveAsync(id)).ToString()));
        (await SealFile.VerifyAsync(proof, database.Keys)).IsValid.ShouldBeTrue();
        using var file = new MemoryStream();
        (await database.Seal.WriteRunAsync(records.Stream, file)).ShouldBe(8);
        file.Position = 0;
        var verdict = await SealFile.VerifyAsync(file, database.Keys);
        (verdict.IsValid, verdict.Events).ShouldBe((true, 8));

        await database.ForgeAsync("update ledger.chrono_archive set data = data || '{\"forged\": 1}' where version = 2");
        (await database.AuditAsync()).Findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            f => f.Kind.ShouldBe(SealFindingKind.Removed), f => f.Sequence.ShouldBe(2));
    }

    [Fact]
    public async Task Deleted_EventsAreListedAndNoMore()
    {
        await using var database = await CreateAsync();
        await database.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("x"), new KitLoaded("y")]);
        await using var records = new ChronoStore(database.Store, "kettle");
        await records.CompactAsync();
        await records.CompactAsync(CompactedHistory.Delete);
        var kept = await database.SignAsync();
        var (findings, deleted) = (new List<SealFinding>(), new List<DeletedHistory>());

        var audit = await database.Seal.AuditAsync(new SealAuditOptions { Keys = database.Keys, Kept = [kept], OnFinding = findings.Add, OnDeleted = deleted.Add });

        // Of the events after the first checkpoint only those are sealed that the second compaction has left.
        findings.ShouldBeEmpty();
        deleted.ShouldBe([new DeletedHistory(records.Stream.Value, 5, 9, 11)]);
        (audit.Size, audit.Deleted).ShouldBe((10, 5));
        using var file = new MemoryStream();
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.WriteRunAsync(records.Stream, file))).Message.ShouldContain("after version 0 are missing");

        // A compaction explains no other event that is gone: not of a run, not of the store after it, and not the state that it left.
        foreach (var (seq, at) in new[] { (6, "5 6"), (12, "8 12") })
        {
            await database.ForgeAsync($"create table kept as select * from ledger.mt_events where seq_id = {seq}; delete from ledger.mt_events where seq_id = {seq}");
            (await database.AuditAsync()).Findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
                f => f.Kind.ShouldBe(SealFindingKind.Removed), f => $"{f.Leaf} {f.Sequence}".ShouldBe(at));
            await database.ForgeAsync("insert into ledger.mt_events select * from kept; drop table kept");
        }

        await database.ForgeAsync("delete from ledger.mt_events where seq_id = 11");
        (await database.AuditAsync()).Findings.Count(f => f.Kind == SealFindingKind.Removed).ShouldBe(6);
    }

    private static async Task<SealDatabase> CreateAsync()
    {
        var database = await SealDatabase.CreateAsync();
        await using var records = new ChronoStore(database.Store, "kettle");
        for (var i = 0; i < 5; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim-1", Kind = "requirement", Label = $"It boils at {i}.", Status = "active" });
        }

        await database.SignAsync();
        return database;
    }
}
