using Ledger.Log;
using Ledger.Records;
using Npgsql;
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

        var (findings, archived) = (new List<SealFinding>(), new List<ArchivedHistory>());
        var audit = await database.Seal.AuditAsync(new SealAuditOptions { Keys = database.Keys, OnFinding = findings.Add, OnArchived = archived.Add });
        findings.ShouldBeEmpty();
        (audit.Size, audit.Compacted, audit.Deleted).ShouldBe((9, 5, 0));
        archived.ShouldBe([new ArchivedHistory(records.Stream.Value, 5, 9, await SaidAsync(database, 9))]);
        (await database.Seal.FindTileAsync("entries/000.p/5")).ShouldBe(entries);
        (await database.Seal.FindTileAsync("entries/000.p/8")).ShouldNotBeNull();
        var folder = Directory.CreateTempSubdirectory("ledger-tiles");
        (await database.Seal.ExportAsync(folder.FullName)).ShouldBe(9);
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
            f => f.Kind.ShouldBe(SealFindingKind.Changed), f => f.Sequence.ShouldBe(2), f => f.Columns.ShouldBe(["data"]), f => f.Message.ShouldContain("in the archive of compactions"));
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

        // Of the events after the first checkpoint only those are sealed that the second compaction has left, and what both say.
        findings.ShouldBeEmpty();
        deleted.ShouldBe([new DeletedHistory(records.Stream.Value, 5, 9, 15) { By = await SaidAsync(database, 15) }]);
        (audit.Size, audit.Deleted).ShouldBe((12, 5));
        using var file = new MemoryStream();
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.WriteRunAsync(records.Stream, file))).Message.ShouldContain("after version 0 are missing");
        var folder = Directory.CreateTempSubdirectory("ledger-tiles");
        (await database.Seal.ExportAsync(folder.FullName)).ShouldBe(12);
        folder.Delete(recursive: true);

        // A compaction explains no other event that is gone: not of a run, not of the store after it, and not the state that it left.
        foreach (var (seq, at) in new[] { (6, "5 6"), (12, "8 12"), (13, "9 13") })
        {
            await database.ForgeAsync($"create table kept as select * from ledger.mt_events where seq_id = {seq}; delete from ledger.mt_events where seq_id = {seq}");
            (await database.AuditAsync()).Findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
                f => f.Kind.ShouldBe(SealFindingKind.Removed), f => $"{f.Leaf} {f.Sequence}".ShouldBe(at));
            await database.ForgeAsync("insert into ledger.mt_events select * from kept; drop table kept");
        }

        // Nor does what a forger makes of what it says, which is a finding itself.
        await database.ForgeAsync("update ledger.mt_events set data = jsonb_set(data, '{leaves}', '[[0, 5]]') where seq_id = 15; delete from ledger.mt_events where seq_id = 6");
        (await database.AuditAsync()).Findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            f => f.Kind.ShouldBe(SealFindingKind.Changed), f => f.Sequence.ShouldBe(15), f => f.Columns.ShouldBe(["data"]));
        await database.ForgeAsync("delete from ledger.mt_events where seq_id = 15");
        (await database.AuditAsync()).Findings.GroupBy(f => f.Kind).Select(kind => (kind.Key, kind.Count())).ShouldBe(
            [(SealFindingKind.Removed, 6), (SealFindingKind.CutOff, 1)], ignoreOrder: true);
    }

    [Fact]
    public async Task Deleted_WithoutAnEventThatSaysSo_IsOneFinding()
    {
        await using var database = await CreateAsync();
        await using var records = new ChronoStore(database.Store, "kettle");
        await records.CompactAsync(CompactedHistory.Delete);
        await database.ForgeAsync("delete from ledger.mt_events where type = 'retention.compacted'");
        await database.SignAsync();

        var finding = (await database.AuditAsync()).Findings.ShouldHaveSingleItem();
        (finding.Kind, finding.Stream).ShouldBe((SealFindingKind.Removed, "chrono:kettle"));
        finding.Message.ShouldStartWith("5 sealed events of 'chrono:kettle' before version 6 are gone.");

        // The next compaction says what it takes out, and nothing of those.
        await records.CompactAsync(CompactedHistory.Delete);
        await database.SignAsync();
        var (audit, findings) = await database.AuditAsync();
        (findings.ShouldHaveSingleItem().Message, audit.Deleted).ShouldBe((finding.Message, 3));
    }

    [Fact]
    public async Task Restore_OfWhatRetentionNeverRemoved_IsRefused()
    {
        await using var database = await CreateAsync();
        await database.ScalarAsync<object>("""
            insert into ledger.retention_run (policies, started_by, started_at, finished_at) values ('[]', 'a', now(), now());
            insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256, mark)
            select r.id, n.stream, n.place, 'a', 1, 0, 'removed', 1, 'a', sha256(''), ''
            from ledger.retention_run as r cross join unnest('{run:gone,retention:7,masked:run:a}'::text[]) with ordinality as n (stream, place)
            returning 'x'
            """);

        // A plan alone, which an operator can write, does not say that it was.
        foreach (var stream in new[] { "run:gone", "retention:7", "masked:run:a" })
        {
            (await RefusedAsync($$$"""select ledger.restore_begin_v1(1, '{{{stream}}}', 1, '{"id": "{{{stream}}}", "version": 0, "created": "2026-01-01", "timestamp": "2026-01-01", "compacted_version": 0}')"""))
                .ShouldContain("has not removed");
        }

        const string Restoring = "update ledger.retention_stream set state = 'restoring' where stream = 'run:gone' returning 'x'";
        await database.ScalarAsync<string>($"insert into ledger.mt_streams (id, version, tenant_id) values ('run:gone', 0, '*DEFAULT*'); {Restoring}");
        (await RefusedAsync($"select ledger.restore_page_v1(1, 'run:gone', '[{LineOf("run:gone", 1, 1)}]')")).ShouldContain("is not being restored");
        (await RefusedAsync("select ledger.restore_end_v1(1, 'run:gone', 1, '{}', gen_random_uuid())")).ShouldContain("is not being restored");

        // An event that the seal has not come to, or of another stream, is none that retention has removed; nor is what looks masked and was not.
        await database.ForgeAsync("""
            insert into ledger.mt_streams (id, version, tenant_id) values ('retention:1', 1, '*DEFAULT*');
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id)
            values (nextval('ledger.mt_events_sequence'), gen_random_uuid(), 'retention:1', 1, '{"stream": "run:gone", "masked": ["x"]}', 'retention.removed', now(), '*DEFAULT*')
            """);
        const string Masked = """{"table": "masked_event", "row": {"seq": 3, "stream": "run:gone", "masked_by": "0199f6a4-7c1e-7000-8000-000000000001", "masked_at": "2026-01-01", "salt": "\\x00"}}""";
        (await RefusedAsync($"select ledger.restore_page_v1(1, 'run:gone', '[{Masked}]')")).ShouldContain("has not removed that masking");
        (await RefusedAsync($"select ledger.restore_page_v1(1, 'run:gone', '[{LineOf("run:gone", 1, 90)}]')")).ShouldContain("has a number that no removed event has");
        (await database.ScalarAsync<long>($"select ledger.restore_page_v1(1, 'run:gone', '[{LineOf("retention:7", 1, 3)}]')")).ShouldBe(0);
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events where stream_id like 'retention:%'")).ShouldBe(1);

        static string LineOf(string stream, long version, long seq) => $$$"""{"event": {"seq_id": {{{seq}}}, "id": "{{{Guid.NewGuid()}}}", "stream_id": "{{{stream}}}", "version": {{{version}}}, "data": {}, "type": "retention.removed", "timestamp": "2026-01-01", "tenant_id": "*DEFAULT*"}}""";

        async Task<string> RefusedAsync(string sql)
        {
            var fault = await Should.ThrowAsync<PostgresException>(() => database.ScalarAsync<object>(sql));
            fault.SqlState.ShouldBe("LG041");
            return fault.MessageText;
        }
    }

    [Fact]
    public async Task Compact_WhileThePageOfItsEventsIsSealed_SaysAllThatIsSealed()
    {
        await using var database = await SealDatabase.CreateAsync();
        await using var records = new ChronoStore(database.Store, "kettle");
        await records.UpsertAsync(new ChronoRecord { Id = "claim-1", Label = "It boils." });
        await using var other = await database.DataSource.OpenConnectionAsync();
        Task<long> sealing;
        await using (var transaction = await other.BeginTransactionAsync())
        {
            await using (var hold = new NpgsqlCommand("select from ledger.seal_head for share", other))
            {
                await hold.ExecuteNonQueryAsync();
            }

            // It has read the events, and waits for the head of the tree, which a compaction shares.
            sealing = database.Seal.SealAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (!await database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {other.ProcessID} = any (pg_blocking_pids(pid)))"))
            {
                patience.Token.ThrowIfCancellationRequested();
            }

            await records.CompactAsync(CompactedHistory.Delete);
        }

        await sealing;
        await database.SignAsync();
        var (audit, findings) = await database.AuditAsync();
        findings.ShouldBeEmpty();
        (audit.Size, audit.Deleted).ShouldBe((3, 0));
    }

    [Fact]
    public async Task Archive_WithoutACompaction_IsRefused()
    {
        await using var database = await CreateAsync();
        await database.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("x"), new KitLoaded("y")]);
        foreach (var sql in new[]
        {
            "select ledger.chrono_archive_v1('chrono:kettle', 4, true)",
            "select ledger.chrono_archive_v1('run:a', 1, true)",
            "select set_config('ledger.compacting', 'chrono:kettle', false); delete from ledger.mt_events where stream_id = 'chrono:kettle' and version < 3",
        })
        {
            (await Should.ThrowAsync<PostgresException>(() => database.ScalarAsync<object>(sql))).SqlState.ShouldBe("LG020", sql);
        }
    }

    private static Task<Guid> SaidAsync(SealDatabase database, long sequence) =>
        database.ScalarAsync<Guid>($"select id from ledger.mt_events where seq_id = {sequence} and stream_id = 'retention:chrono:kettle' and type = 'retention.compacted'");

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
