using System.Text;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Seal.Tests.Notes;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>A log is sealed once, in order, and its checkpoints extend each other.</summary>
public sealed class LogSealTests
{
    // 256 times this is 2^64.
    private static readonly string Overflowing = Ledger.Seal.Trees.TilePath.Of(1L << 56);

    [Fact]
    public async Task Seal_ALog_HasEachEventOnceInOrder()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(700);
        (await database.Seal.SealAsync()).ShouldBe(703);
        await database.FillAsync(5);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.Seal.SealAsync()));
        await database.SignAsync();

        (await database.ScalarAsync<bool>("""
            select bool_and(l.leaf = e.place) and count(*) = (select size from ledger.seal_head)
            from (select seq_id, row_number() over (order by seq_id) - 1 as place from ledger.mt_events) as e
            left join ledger.seal_leaf as l on l.seq = e.seq_id
            """)).ShouldBeTrue();
        var (audit, findings) = await database.AuditAsync();
        findings.ShouldBeEmpty();
        (audit.Events, audit.Checkpoints).ShouldBe((audit.Size, 1));
    }

    [Fact]
    public async Task Seal_WhileOthersAppend_LosesNone()
    {
        await using var database = await SealDatabase.CreateAsync();
        var appending = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 60; i++)
            {
                await database.Store.AppendAsync(StreamName.Run($"r{writer}"), ExpectedVersion.Any, [new KitLoaded("x"), new KitLoaded("y")]);
            }
        }));
        while (!appending.IsCompleted)
        {
            await database.SignAsync().ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await appending;
        await database.SignAsync();

        var (audit, findings) = await database.AuditAsync();
        findings.ShouldBeEmpty();
        audit.Events.ShouldBe(960);
    }

    [Fact]
    public async Task Checkpoint_OfNothing_IsRefused()
    {
        await using var database = await SealDatabase.CreateAsync();

        await Should.ThrowAsync<NotSealedException>(() => database.SignAsync());
        (await database.Seal.GetStatusAsync()).ShouldBe(new SealStatus(0, 0, 0, 0, null, null));
    }

    [Fact]
    public async Task Checkpoint_TwiceTheSame_IsSignedOnceAndByANewKeyToo()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var first = await database.SignAsync();
        var other = SealKey.Generate("example.com/log");

        (await database.SignAsync()).ToString().ShouldBe(first.ToString());
        var both = await database.Seal.CheckpointAsync([database.Key, other]);

        both.FindSigners([NoteKey.Parse(other.VerifierKey), .. database.Keys]).Count.ShouldBe(2);
        (await database.Seal.FindCheckpointAsync())!.ToString().ShouldBe(both.ToString());
        (await database.Seal.GetStatusAsync()).Checkpoints.ShouldBe(1);
    }

    [Fact]
    public async Task Checkpoint_TreeWasRewritten_IsNotSigned()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.ForgeAsync("update ledger.seal_tile set hashes = set_byte(hashes, 1, 255 - get_byte(hashes, 1)) where level = 0");
        await database.FillAsync(2);

        await Should.ThrowAsync<SealBrokenException>(() => database.SignAsync());
    }

    [Fact]
    public async Task Checkpoint_LogIsOlderThanTheAnchor_IsNotSigned()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-anchor");
        try
        {
            await using var database = await SealDatabase.CreateFilledAsync();
            var anchor = new AnchorFolder(folder.FullName);
            var kept = await database.Seal.CheckpointAsync([database.Key], anchor);
            (await anchor.FindLastAsync(CancellationToken.None))!.ToString().ShouldBe(kept.ToString());
            await using var restored = await SealDatabase.CreateFilledAsync(25);

            var fault = await Should.ThrowAsync<SealBrokenException>(() => restored.Seal.CheckpointAsync([SealKey.Generate("example.com/log"), database.Key], anchor));

            fault.Message.ShouldContain("restored from an older backup");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Cosignatures_OfWitnesses_AreCheckedAndKept()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var (note, witness) = (await database.SignAsync(), Witness.Create("witness.example"));
        var cosigned = note.With([await witness.SignAsync(note.Text, 1_800_000_000)]);

        var stored = await database.Seal.AddCosignaturesAsync(cosigned, [witness.Key]);

        stored.FindSigners([witness.Key, .. database.Keys]).Count.ShouldBe(2);
        (await database.Seal.FindCheckpointAsync())!.ToString().ShouldBe(stored.ToString());
        await Should.ThrowAsync<SealFormatException>(() => database.Seal.AddCosignaturesAsync(cosigned, [Witness.Create("witness.example").Key]));
        var forged = new SignedNote(note.Text, [new NoteSignature(witness.Key.Name, witness.Key.Id, new byte[72])]);
        await Should.ThrowAsync<SealFormatException>(() => database.Seal.AddCosignaturesAsync(forged, [witness.Key]));
    }

    [Fact]
    public async Task Append_WithTheSeal_TouchesNoneOfItsTables()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var before = await TouchedAsync();
        await database.Store.On(transaction).AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("x")]);

        // What the session did before may not have been reported yet.
        (await TouchedAsync() - before).ShouldBe(0);
        (await CountAsync("select count(*) from pg_locks where pid = pg_backend_pid() and relation::regclass::text like '%seal%'")).ShouldBe(0);
        (await CountAsync("select count(*) from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid where p.prosrc like '%seal\\_%'")).ShouldBe(0);

        Task<long> TouchedAsync() => CountAsync(
            "select coalesce(sum(seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_xact_user_tables where relname like 'seal%'");

        async Task<long> CountAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task Tiles_OfACheckpoint_GiveItsRootAndEntries()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(600);
        var head = Checkpoint.Of(await database.SignAsync());
        await database.FillAsync(3);
        await database.Seal.SealAsync();

        head.Size.ShouldBe(603);
        byte[] leaves = [.. (await database.Seal.FindTileAsync("0/000"))!, .. (await database.Seal.FindTileAsync("0/001"))!, .. (await database.Seal.FindTileAsync("0/002.p/91"))!];
        byte[] entries =
        [
            .. (await database.Seal.FindTileAsync("entries/000"))!, .. (await database.Seal.FindTileAsync("entries/001"))!, .. (await database.Seal.FindTileAsync("entries/002.p/91"))!,
        ];
        Trees.NaiveTree.Root(leaves.Chunk(32).ToArray()).ShouldBe(head.Root.ToArray());
        var hashes = new List<byte[]>();
        for (var at = 0; at < entries.Length;)
        {
            var length = (entries[at] << 8) | entries[at + 1];
            hashes.Add(MerkleTree.HashLeaf(entries.AsSpan(at + 2, length)));
            at += 2 + length;
        }

        hashes.ShouldBe(leaves.Chunk(32).ToList());
        foreach (var none in new[] { "0/002.p/92", "0/002", "0/003", "1/000", "1/000.p/3", "2/000.p/1", "entries/002", "x/000", "00/000", "0", "", "64/000", "0/" + Overflowing, "entries/" + Overflowing })
        {
            (await database.Seal.FindTileAsync(none)).ShouldBeNull(none);
        }

        (await database.Seal.FindTileAsync("1/000.p/2"))!.Length.ShouldBe(64);
    }

    [Fact]
    public async Task Export_ToAFolder_WritesWhatIsServed()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-tiles");
        try
        {
            await using var database = await SealDatabase.CreateAsync();
            await database.FillAsync(300);
            await database.SignAsync();
            (await database.Seal.ExportAsync(folder.FullName)).ShouldBe(303);
            await database.FillAsync(5);
            var note = await database.SignAsync();
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "tile/0/000"), new byte[100]);
            (await database.Seal.ExportAsync(folder.FullName)).ShouldBe(309);

            File.ReadAllText(Path.Combine(folder.FullName, "checkpoint")).ShouldBe(note.ToString());
            File.ReadAllBytes(Path.Combine(folder.FullName, "tile/0/001.p/53")).ShouldBe(await database.Seal.FindTileAsync("0/001.p/53"));
            File.ReadAllBytes(Path.Combine(folder.FullName, "tile/entries/000")).ShouldBe(await database.Seal.FindTileAsync("entries/000"));
            File.ReadAllBytes(Path.Combine(folder.FullName, "tile/0/000")).ShouldBe(await database.Seal.FindTileAsync("0/000"));
            Directory.EnumerateFiles(folder.FullName, ".*", SearchOption.AllDirectories).ShouldBeEmpty();
            File.ReadAllBytes(Path.Combine(folder.FullName, "tile/1/000.p/1")).Length.ShouldBe(32);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Forget_APayload_KeepsTheProofOfTheRest()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var (id, note) = (await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 5"), await database.SignAsync());
        (await database.Seal.ForgetPayloadAsync(id)).ShouldBeTrue();
        (await database.Seal.ForgetPayloadAsync(id)).ShouldBeFalse();
        await database.ForgeAsync("update ledger.mt_events set data = '{}' where seq_id = 5");
        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfReplaced([id], "asked"));

        var events = new List<ProvedEvent>();
        var verdict = await SealFile.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes((await database.Seal.ProveAsync(id)).ToString())), database.Keys, note, events.Add);
        var (audit, findings) = await database.AuditAsync();

        verdict.Faults.ShouldBeEmpty();
        (string.Join('+', events.Single().NotShown), events[0].Headers is null, verdict.DataNotShown).ShouldBe(("data", false, 1));
        findings.ShouldBeEmpty();
        (audit.Erased, audit.Events).ShouldBe((1, audit.Size));
        await database.ForgeAsync("update ledger.mt_events set type = 'forged' where seq_id = 5");
        (await database.AuditAsync()).Findings.Single().Columns.ShouldBe(["type"]);
        var fork = await database.ScalarAsync<Guid>("select id from ledger.mt_events where stream_id = 'branch:first' and version = 1");
        await Should.ThrowAsync<ArgumentException>(() => database.Seal.ForgetPayloadAsync(fork));
        await database.ForgeAsync("update ledger.mt_events set data = '{}' where seq_id = 6");
        var changed = await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 6");
        await Should.ThrowAsync<SealBrokenException>(() => database.Seal.ForgetPayloadAsync(changed));
    }
}
