using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Retention;
using Ledger.Records;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Retention;

/// <summary>An audit tells retention from forgery, and archives prove what they have.</summary>
public sealed class RetentionOfSealedLogTests
{
    private static readonly RetentionPolicy Runs = new() { Name = "runs", Kind = RetentionKind.Run, OlderThan = TimeSpan.Zero };

    [Fact]
    public async Task Audit_RemovedByRetention_IsTheReportOfRetentionAndNoFinding()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var (retention, folder) = (new LogRetention(database.DataSource), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        var before = await database.ScalarAsync<string>("select string_agg(to_jsonb(l)::text, ',' order by l.leaf) from ledger.seal_leaf as l where l.leaf < 43");

        var report = await retention.RunAsync(new RetentionOptions { Policies = [Runs], Folder = folder, Proofs = database.Seal });
        report.Streams.Select(s => (s.Stream.Value, s.Kept, s.Events)).ShouldBe([("run:a", 4, 16), ("run:b", 0, 20)], ignoreOrder: true);
        await database.SignAsync();

        var (audit, findings, retained) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        retained.Select(r => (r.Run, r.Stream, r.Events)).ShouldBe([(1, "run:a", 16), (1, "run:b", 20)], ignoreOrder: true);
        (audit.Size, audit.Events, audit.Retained, audit.Checkpoints).ShouldBe((45, 9, 36, 2));

        // The branches are proved with what they share, the tree is exported, and what is not retention's is a finding.
        using (var bundle = new MemoryStream())
        {
            (await database.Seal.WriteRunAsync(StreamName.Branch("second"), bundle)).ShouldBe(7);
            bundle.Position = 0;
            (await SealFile.VerifyAsync(bundle, database.Keys)).IsValid.ShouldBeTrue();
        }

        (await database.Seal.ExportAsync(Path.Combine(folder, "tiles"))).ShouldBe(45);
        await database.ForgeAsync("create table leaf as select * from ledger.seal_leaf where seq = 12; delete from ledger.seal_leaf where seq = 12");
        (await AuditAsync(database)).Findings.Select(f => (f.Kind, f.Leaf, f.Sequence)).ShouldBe(
            [(SealFindingKind.SealDamaged, 11L, null), (SealFindingKind.SealDamaged, 11L, null), (SealFindingKind.Inserted, null, 12L)], ignoreOrder: true);
        await database.ForgeAsync("insert into ledger.seal_leaf select * from leaf; create table said as select * from ledger.mt_events where type = 'retention.removed'");
        await database.ForgeAsync("update ledger.mt_events set data = data - 'leaves' where type = 'retention.removed' and data ->> 'stream' = 'run:b'");
        (await AuditAsync(database)).Findings.ShouldSatisfyAllConditions(
            f => f.ShouldContain(one => one.Kind == SealFindingKind.SealDamaged && one.Leaf == 1),
            f => f.ShouldContain(one => one.Kind == SealFindingKind.Changed && one.Stream == "retention:1" && one.Columns.SequenceEqual(new[] { "data" })));
        await database.ForgeAsync("update ledger.mt_events as e set data = s.data from said as s where s.seq_id = e.seq_id");
        (await AuditAsync(database)).Findings.ShouldBeEmpty();

        // An archive is verified without the database, and one that was changed is not.
        foreach (var stream in report.Streams)
        {
            var whole = await File.ReadAllBytesAsync(Path.Combine(folder, stream.File!));
            var verdict = await SealFile.VerifyAsync(new MemoryStream(whole), database.Keys);
            (verdict.IsValid, verdict.Stream, verdict.Events, verdict.IsShownWhole).ShouldBe((true, stream.Stream.Value, stream.Events, true), string.Join(' ', verdict.Faults));
            foreach (var (from, to) in new[] { ("\"kit\": \"kit 39 é\"", "\"kit\": \"kit 38 é\""), ("\"kit\": \"kit 38 é\"", "\"kit\": \"kit 39 é\""), ("\"agent\"", "\"other\""), ("{\"lines\":", "{\"lines\":1") })
            {
                var text = Unzipped(whole);
                if (text.Replace(from, to, StringComparison.Ordinal) is var changed && changed != text)
                {
                    (await SealFile.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(changed)), database.Keys)).IsValid.ShouldBeFalse(from);
                }
            }
        }

        // Everything is back: its places in the tree too.
        foreach (var stream in report.Streams)
        {
            await using var file = File.OpenRead(Path.Combine(folder, stream.File!));
            await retention.RestoreAsync(file);
        }

        (await database.ScalarAsync<string>("select string_agg(to_jsonb(l)::text, ',' order by l.leaf) from ledger.seal_leaf as l where l.leaf < 43")).ShouldBe(before);
        await database.SignAsync();
        (audit, findings, retained) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        retained.ShouldBeEmpty();
        (audit.Size, audit.Events).ShouldBe((47, 47));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Restore_OfMaskedEvents_TakesTheMaskingsThatWereRemovedAndNoOther()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(StreamName.Run("b"), "asked") with { Paths = ["$.kit"] });
        await database.SignAsync();
        var (retention, folder) = (new LogRetention(database.DataSource), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        var report = await retention.RunAsync(new RetentionOptions { Policies = [Runs], Folder = folder, Proofs = database.Seal });
        var path = Path.Combine(folder, report.Streams.Single(s => s.Stream.Value == "run:b").File!);
        await database.SignAsync();
        (await AuditAsync(database)).Findings.ShouldBeEmpty();

        // An operator can call the functions with lines of its own: an event that looks as if it had been masked by another event.
        var lines = Unzipped(await File.ReadAllBytesAsync(path)).Split('\n');
        var masked = lines.First(line => line.Contains("\"table\": \"masked_event\"", StringComparison.Ordinal));
        var salt = masked.IndexOf("\\\\x", StringComparison.Ordinal) + 3;
        var forged = $"{masked[..salt]}{(masked[salt] == '0' ? '1' : '0')}{masked[(salt + 1)..]}";
        using var header = JsonDocument.Parse(lines[0]);
        await database.ScalarAsync<long>($"select ledger.restore_begin_v1(1, 'run:b', 1, '{header.RootElement.GetProperty("row").GetRawText()}')");
        (await Should.ThrowAsync<PostgresException>(() => database.ScalarAsync<long>($"select ledger.restore_page_v1(1, 'run:b', '[{lines[1]}, {forged}]')"))).MessageText
            .ShouldContain("has not removed that masking");

        await using (var file = File.OpenRead(path))
        {
            await retention.RestoreAsync(file);
        }

        await database.SignAsync();
        var (audit, findings, _) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        audit.Erased.ShouldBe(20);
        (await Should.ThrowAsync<PostgresException>(() => database.ScalarAsync<long>($"select ledger.restore_begin_v1(1, 'run:b', 1, '{header.RootElement.GetProperty("row").GetRawText()}')"))).SqlState
            .ShouldBe("LG041");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Audit_RemovalThatWasBegunAndLeftSo_IsListed()
    {
        await using var database = await SealDatabase.CreateAsync();
        await new AgentLedger(database.Store).GetRun("w").AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"o{i}", "T"))]);
        await database.SignAsync();
        await database.ScalarAsync<string>("""
            insert into ledger.retention_run (policies, started_by, started_at) values ('[]', 'a', now());
            insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256, mark)
            values (1, 'run:w', 1, 'a', 5, 0, 'archived', 0, 'a', sha256(''), ledger.retention_mark_v1('run:w'))
            returning 'x'
            """);

        // As many rows as the world has; its readers see nothing of the run from here on.
        (await database.ScalarAsync<long>("select p.removed from ledger.retain_page_v1(1, 'run:w', 5, gen_random_uuid()) as p")).ShouldBe(0);
        (await database.Store.GetStreamAsync(StreamName.Run("w"))).ShouldBeNull();

        var (_, findings, retained) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        retained.Select(r => (r.Run, r.Stream, r.Events)).ShouldBe([(1, "run:w", 0)]);
    }

    [Fact]
    public async Task Run_EventsThatNoCheckpointHas_AreLeft()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var (retention, folder) = (new LogRetention(database.DataSource), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        await database.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("unsealed")]);
        var options = new RetentionOptions { Policies = [Runs], Folder = folder, Proofs = database.Seal };

        (await retention.PlanAsync([Runs])).Streams.Single(s => s.Stream.Value == "run:a").Reason.ShouldBe(RetentionReason.Unsealed);
        await database.Seal.SealAsync();
        (await retention.RunAsync(options)).Streams.Single(s => s.Stream.Value == "run:a").Reason.ShouldBe(RetentionReason.Unsealed);
        await database.SignAsync();
        (await retention.RunAsync(options)).Streams.Single(s => s.Stream.Value == "run:a").State.ShouldBe(RetentionState.Removed);
        Directory.GetFiles(folder, ".*").ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Audit_RecordStoreThatWasCompacted_IsRemovedWithAllOfItsLeavesAndRestored()
    {
        await using var database = await SealDatabase.CreateAsync();
        await using var records = new ChronoStore(database.Store, "pot");
        for (var i = 0; i < 3; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim", Label = $"It boils at {i}." });
        }

        await database.SignAsync();
        await records.CompactAsync();
        await database.SignAsync();
        const string Leaves = "select string_agg(to_jsonb(l)::text, ',' order by l.leaf) from ledger.seal_leaf as l where l.leaf < {0}";
        var size = await database.ScalarAsync<long>("select size from ledger.seal_head");
        var before = await database.ScalarAsync<string>(string.Format(CultureInfo.InvariantCulture, Leaves, size));
        var (retention, folder) = (new LogRetention(database.DataSource), Directory.CreateTempSubdirectory("ledger-retention-").FullName);

        var report = await retention.RunAsync(new RetentionOptions { Policies = [Runs with { Kind = RetentionKind.Records }], Folder = folder, Proofs = database.Seal });
        report.Streams.ShouldHaveSingleItem().State.ShouldBe(RetentionState.Removed);
        await database.SignAsync();
        var (audit, findings, _) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        
        // What the compaction said stays, as what retention says does.
        (audit.Retained, await database.ScalarAsync<long>("select count(*) from ledger.seal_leaf as l where l.leaf < " + size.ToString(CultureInfo.InvariantCulture))).ShouldBe((size - 1, 1));

        await using (var file = File.OpenRead(Path.Combine(folder, report.Streams[0].File!)))
        {
            await retention.RestoreAsync(file);
        }

        (await database.ScalarAsync<string>(string.Format(CultureInfo.InvariantCulture, Leaves, size))).ShouldBe(before);
        await database.SignAsync();
        (await AuditAsync(database)).Findings.ShouldBeEmpty();
        (await records.VerifyChainAsync()).ChainValid.ShouldBeTrue();

        // What is deleted after it was restored is not retention's any more.
        await database.ForgeAsync("delete from ledger.chrono_archive where version = 1; delete from ledger.seal_leaf where leaf = 0");
        (await AuditAsync(database)).Findings.ShouldNotBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(SealAudit Audit, List<SealFinding> Findings, List<RetainedEvents> Retained)> AuditAsync(SealDatabase database)
    {
        var (findings, retained) = (new List<SealFinding>(), new List<RetainedEvents>());
        var audit = await database.Seal.AuditAsync(new SealAuditOptions { Keys = database.Keys, OnFinding = findings.Add, OnRetained = retained.Add });
        return (audit, findings, retained);
    }

    private static string Unzipped(byte[] file)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
