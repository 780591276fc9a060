using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>Whatever is changed in a sealed log is found and named.</summary>
public sealed class TamperTests
{
    private const string Retaining = """
        insert into ledger.retention_run (policies, started_by, started_at) values ('[]', 'a', now());
        insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256) values (1, 'run:a', 1, 'a', 20, 0, 'removing', 0, 'a', sha256(''))
        """;

    [Fact]
    public async Task Audit_EachColumnOfARow_NamesRowAndColumn()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        (string Column, string Forged)[] changes =
        [
            ("id", "gen_random_uuid()"),
            ("stream_id", "'run:c'"),
            ("version", "version + 1000"),
            ("type", "type || 'x'"),
            ("timestamp", "timestamp + interval '1 microsecond'"),
            ("timestamp", "'infinity'"),
            ("timestamp", "'4000-01-01 BC'"),
            ("tenant_id", "null"),
            ("mt_dotnet_type", "mt_dotnet_type || ' '"),
            ("correlation_id", "'x'"),
            ("causation_id", "'x'"),
            ("data", "jsonb_set(data, '{kit}', '\"forged\"')"),
            ("bdata", "'\\x00'"),
            ("headers", "null"),
            ("headers", "'{\"actor\": \"other\"}'"),
        ];
        foreach (var (column, forged) in changes)
        {
            await database.ForgeAsync($"""
                create table kept as select * from ledger.mt_events where seq_id = 7;
                update ledger.mt_events set "{column}" = {forged} where seq_id = 7
                """);

            var (audit, findings) = await database.AuditAsync();

            var finding = findings.ShouldHaveSingleItem();
            (finding.Sequence, finding.Leaf).ShouldBe((7, 6), column);
            finding.Columns.ShouldBe([column]);
            finding.Kind.ShouldBe(column == "version" ? SealFindingKind.Reordered : SealFindingKind.Changed);
            (audit.Events, audit.Checkpoints).ShouldBe((audit.Size - 1, 1));
            await database.ForgeAsync("delete from ledger.mt_events where seq_id = 7; insert into ledger.mt_events select * from kept; drop table kept");
        }

        (await database.AuditAsync()).Findings.ShouldBeEmpty();
        await database.ForgeAsync("update ledger.mt_events set is_archived = true");
        (await database.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Audit_EachRow_NamesIt()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.ForgeAsync("update ledger.mt_events set data = data || '{\"forged\": 1}'");

        var (audit, findings) = await database.AuditAsync();

        findings.Select(f => f.Sequence!.Value).ShouldBe(Enumerable.Range(1, (int)audit.Size).Select(i => (long)i));
        findings.Count(f => f.Kind == SealFindingKind.ForgedFork).ShouldBe(2);
        findings.ShouldAllBe(f => f.Columns.SequenceEqual(new[] { "data" }));
        audit.Events.ShouldBe(0);
    }

    [Theory]
    [InlineData("delete from ledger.mt_events where seq_id in (5, 6, 20)", "Removed 4 5 , Removed 5 6 , Removed 19 20 ")]
    [InlineData("delete from ledger.mt_events where seq_id >= 40", "CutOff 39 40 ")]
    [InlineData("delete from ledger.mt_events", "CutOff 0 1 , ForgedFork   , ForgedFork   ")]
    [InlineData(
        "update ledger.mt_events set seq_id = -5 where seq_id = 5; update ledger.mt_events set seq_id = 5 where seq_id = 8; update ledger.mt_events set seq_id = 8 where seq_id = -5",
        "Reordered 7 5 seq_id, Reordered 4 8 seq_id")]
    [InlineData(
        "update ledger.mt_events set version = -version where seq_id in (1, 3); update ledger.mt_events set version = case seq_id when 1 then 2 else 1 end where seq_id in (1, 3)",
        "Reordered 0 1 version, Reordered 2 3 version")]
    [InlineData(
        "update ledger.branch set segment_stream = '{run:b}' where stream = 'branch:first'; update ledger.branch set segment_taken[1] = 3 where stream = 'branch:second'",
        "ForgedFork  12 , ForgedFork  23 ")]
    [InlineData("update ledger.branch set fork_position = 3 where stream = 'branch:first'", "ForgedFork  12 ")]
    [InlineData(
        "update ledger.branch set parent = 'run:b' where stream = 'branch:first'; update ledger.branch_segment set taken = 3 where branch = 'branch:second'",
        "ForgedFork   , ForgedFork   ")]
    [InlineData("update ledger.branch set root = 'run:b', name = 'main' where stream = 'branch:first'", "ForgedFork   ")]
    [InlineData("delete from ledger.branch where stream = 'branch:second'", "ForgedFork  23 ")]
    [InlineData("update ledger.mt_events set data = jsonb_set(data, '{lineage,0,stream}', '\"run:b\"') where seq_id = 12", "ForgedFork 11 12 data")]
    [InlineData("update ledger.seal_leaf set data_salt = set_byte(data_salt, 3, 255 - get_byte(data_salt, 3)) where seq = 9", "Changed 8 9 data")]
    [InlineData("update ledger.seal_leaf set checksums = set_byte(checksums, 6, 255 - get_byte(checksums, 6)) where seq = 9", "SealDamaged 8 9 version")]
    [InlineData("delete from ledger.seal_leaf where leaf >= 41", "SealDamaged 41  , Inserted  42 , Inserted  43 ")]
    [InlineData(
        "insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, tenant_id) select n, gen_random_uuid(), 'run:a', 900 - n, '{}', 'forged', '*DEFAULT*' from unnest('{-7,0}'::bigint[]) as n",
        "Inserted  -7 , Inserted  0 ")]
    [InlineData("delete from ledger.seal_checkpoint", "SealDamaged   ")]
    [InlineData("update ledger.seal_checkpoint set note = replace(note, 'example', 'exemple')", "SealDamaged 43  ")]
    public async Task Audit_RowsOfTheLogOrTheSeal_NamesThem(string forgery, string found)
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.ForgeAsync(forgery);

        var (_, findings) = await database.AuditAsync();

        string.Join(", ", findings.Select(f => $"{f.Kind} {f.Leaf} {f.Sequence} {string.Join('+', f.Columns)}")).ShouldBe(found);
    }

    // No column of an event is another, and readers are shown less.
    [Theory]
    [InlineData("update ledger.mt_streams set version = 3 where id = 'run:a'", "CutOff run:a 3", "ends it at version 3, and the log has events up to version 20: readers may not be shown what follows.")]
    [InlineData("update ledger.mt_streams set version = 0, is_archived = true where id = 'branch:second'", "CutOff branch:second 0", "readers may not be shown what follows.")]
    [InlineData("delete from ledger.mt_streams where id = 'run:b'", "Removed run:b 20", "The row of the stream 'run:b' is gone: readers are shown none of its events.")]
    [InlineData(Retaining, "CutOff run:a ", "than if retention 1 removed it, and no event says that it does.")]
    [InlineData("update ledger.mt_streams set version = 23 where id = 'run:a'", "CutOff run:a 20", "up to version 20: what follows is gone, and was not sealed.")]
    public async Task Audit_StreamThatReadersAreNotShownWhole_NamesIt(string forgery, string found, string message)
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.ForgeAsync(forgery);

        var finding = (await database.AuditAsync()).Findings.ShouldHaveSingleItem();

        $"{finding.Kind} {finding.Stream} {finding.Version}".ShouldBe(found);
        finding.Message.ShouldEndWith(message);
    }

    [Fact]
    public async Task Audit_RowBetweenOthers_IsInserted()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(30);
        await database.ScalarAsync<long>("select nextval('ledger.mt_events_sequence')");
        await database.FillAsync(5);
        await database.SignAsync();
        await database.ForgeAsync("""
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id)
            select 34, gen_random_uuid(), 'run:a', 900, '{}', 'forged', now(), '*DEFAULT*'
            """);

        var (audit, findings) = await database.AuditAsync();

        var finding = findings.ShouldHaveSingleItem();
        (finding.Kind, finding.Sequence, finding.Stream, finding.Version).ShouldBe((SealFindingKind.Inserted, 34, "run:a", 900));
        audit.Events.ShouldBe(audit.Size);
    }

    [Fact]
    public async Task Audit_EachByteOfATile_IsFound()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        for (var at = 0; at < 43 * 32; at += 41)
        {
            await database.ForgeAsync($"update ledger.seal_tile set hashes = set_byte(hashes, {at}, get_byte(hashes, {at}) # 1) where level = 0");
            (await database.AuditAsync()).Findings.First().ShouldSatisfyAllConditions(
                f => f.Kind.ShouldBe(SealFindingKind.SealDamaged), f => f.Leaf.ShouldBe(at / 32));
            await database.ForgeAsync($"update ledger.seal_tile set hashes = set_byte(hashes, {at}, get_byte(hashes, {at}) # 1) where level = 0");
        }

        await database.ForgeAsync("update ledger.seal_tile set hashes = substr(hashes, 1, 320) where level = 0");
        (await database.AuditAsync()).Findings.ShouldContain(f => f.Kind == SealFindingKind.SealDamaged && f.Leaf == 10);
    }

    [Fact]
    public async Task Audit_EventChangedWithItsLeafAndTiles_IsFoundByTheCheckpoint()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await ForgeWithSealAsync(database);

        var (_, findings) = await database.AuditAsync();

        findings.ShouldHaveSingleItem().Message.ShouldBe(
            "The tree does not lead to the checkpoint at 43, of size 43: an event of the leaves 0 to 42 was changed together with the seal.");
    }

    [Fact]
    public async Task Audit_EverythingForgedWithTheKey_IsFoundByAnEarlierCheckpoint()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var kept = (await database.Seal.FindCheckpointAsync())!;
        await ForgeWithSealAsync(database);
        await database.ForgeAsync("delete from ledger.seal_checkpoint");
        var forged = await database.SignAsync();

        (await database.AuditAsync()).Findings.ShouldBeEmpty();
        (await database.AuditAsync(kept)).Findings.ShouldHaveSingleItem().Message.ShouldStartWith("The tree does not lead to a checkpoint that was kept, of size 43");
        using var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(forged.ToString()));
        (await SealFile.VerifyAsync(file, database.Keys, kept)).Faults.ShouldBe(["The first 43 events are not those of the earlier checkpoint: the log was rewritten."]);
    }

    [Fact]
    public async Task Audit_TailCutOffWithTheSeal_IsFoundByAnEarlierCheckpoint()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var kept = (await database.Seal.FindCheckpointAsync())!;
        await database.ForgeAsync("""
            delete from ledger.mt_events where seq_id > 30;
            update ledger.mt_streams as t set version = (select coalesce(max(e.version), 0) from ledger.mt_events as e where e.stream_id = t.id);
            delete from ledger.seal_checkpoint;
            delete from ledger.seal_leaf;
            delete from ledger.seal_tile;
            update ledger.seal_head set size = 0, seq = 0
            """);
        var forged = await database.SignAsync();

        (await database.AuditAsync()).Findings.ShouldBeEmpty();
        (await database.AuditAsync(kept)).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.CutOff);
        using var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(forged.ToString()));
        (await SealFile.VerifyAsync(file, database.Keys, kept)).Faults.ShouldHaveSingleItem().ShouldStartWith("The log had 43 events at the earlier checkpoint and has 30 here: it was cut off");
        using var proof = new MemoryStream();
        await Should.ThrowAsync<NotSealedException>(() => database.Seal.WriteConsistencyAsync(kept, proof));
    }

    // A forger who knows how the seal works: the event, and the whole tree again.
    private static async Task ForgeWithSealAsync(SealDatabase database)
    {
        await database.ForgeAsync("""
            create table notes as select * from ledger.seal_checkpoint;
            update ledger.mt_events set data = '{"kit": "forged"}' where seq_id = 7;
            delete from ledger.seal_checkpoint;
            delete from ledger.seal_leaf;
            delete from ledger.seal_tile;
            update ledger.seal_head set size = 0, seq = 0
            """);
        await database.Seal.SealAsync();
        await database.ForgeAsync("insert into ledger.seal_checkpoint select * from notes");
    }
}
