using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>A forger who has the key and seals the forged log again is found by a checkpoint from before, in an audit and in files without a database.</summary>
public sealed class EarlierCheckpointTests
{
    private const string Unseal = "delete from ledger.seal_checkpoint; delete from ledger.seal_leaf; delete from ledger.seal_tile; update ledger.seal_head set size = 0, seq = 0";

    private static readonly (string What, string Sql)[] Forgeries =
    [
        ("an id", "update ledger.mt_events set id = gen_random_uuid() where seq_id = 7"),
        ("a stream", "update ledger.mt_events set stream_id = 'run:c' where seq_id = 7"),
        ("a version", "update ledger.mt_events set version = 900 where seq_id = 7"),
        ("a type", "update ledger.mt_events set type = 'forged' where seq_id = 7"),
        ("a time", "update ledger.mt_events set timestamp = timestamp + interval '1 microsecond' where seq_id = 7"),
        ("a tenant", "update ledger.mt_events set tenant_id = null where seq_id = 7"),
        ("a type of .NET", "update ledger.mt_events set mt_dotnet_type = null where seq_id = 7"),
        ("a correlation", "update ledger.mt_events set correlation_id = 'x' where seq_id = 7"),
        ("a causation", "update ledger.mt_events set causation_id = 'x' where seq_id = 7"),
        ("a payload", "update ledger.mt_events set data = '{\"kit\": \"forged\"}' where seq_id = 7"),
        ("a binary payload", "update ledger.mt_events set bdata = '\\x00' where seq_id = 7"),
        ("headers", "update ledger.mt_events set headers = '{\"actor\": \"other\"}' where seq_id = 7"),
        ("a number", "update ledger.mt_events set seq_id = 31 where seq_id = 30"),
        ("a row removed", "delete from ledger.mt_events where seq_id = 20"),
        ("a row inserted", "insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, tenant_id) values (31, gen_random_uuid(), 'run:b', 900, '{}', 'forged', '*DEFAULT*')"),
        ("rows swapped", "update ledger.mt_events set seq_id = -5 where seq_id = 5; update ledger.mt_events set seq_id = 5 where seq_id = 8; update ledger.mt_events set seq_id = 8 where seq_id = -5"),
        ("versions swapped", "update ledger.mt_events set version = -version where seq_id in (1, 3); update ledger.mt_events set version = case seq_id when 1 then 2 else 1 end where seq_id in (1, 3)"),
        ("a tail cut", "delete from ledger.mt_events where seq_id > 20"),
        ("a fork pointed elsewhere", "update ledger.mt_events set data = jsonb_set(data, '{lineage,0,stream}', '\"run:b\"') where seq_id = 12; update ledger.branch set segment_stream = '{run:b}' where stream = 'branch:first'"),
    ];

    [Fact]
    public async Task Verify_TheWholeSealForgedWithTheKey_IsFound()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(27);
        await database.ScalarAsync<long>("select nextval('ledger.mt_events_sequence')");
        await database.FillAsync(5);
        var kept = await database.SignAsync();
        await database.ForgeAsync("create table kept_events as select * from ledger.mt_events; create table kept_branches as select * from ledger.branch");
        var size = Checkpoint.Of(kept).Size;
        foreach (var (what, sql) in Forgeries)
        {
            await database.ForgeAsync(sql);
            await database.ForgeAsync(Unseal);

            // A log that is as long as it was gives nothing away by its length.
            while (await database.Seal.SealAsync() >= 0 && (await database.Seal.GetStatusAsync()).Size < size)
            {
                await database.Store.AppendAsync(StreamName.Run("later"), ExpectedVersion.Any, [new KitLoaded("as many as before")]);
            }

            await database.Seal.CheckpointAsync([database.Key]);

            // Without it only what the rows of branches and streams say otherwise is found.
            (await database.AuditAsync()).Findings.ShouldAllBe(f => f.Kind == SealFindingKind.ForgedFork || f.Message.StartsWith("The row of the stream", StringComparison.Ordinal), what);
            (await database.AuditAsync(kept)).Findings.ShouldContain(f => f.Message.StartsWith("The tree does not lead to a checkpoint that was kept", StringComparison.Ordinal), what);
            var expected = $"The first {size} events are not those of the earlier checkpoint: the log was rewritten.";
            (await VerifyAsync(database, kept, file => database.Seal.WriteConsistencyAsync(kept, file))).Faults.ShouldBe([expected], what);
            (await VerifyAsync(database, kept, file => database.Seal.WriteRunAsync(StreamName.Run("b"), file, kept))).Faults.ShouldContain(expected, what);
            await database.ForgeAsync("delete from ledger.mt_events; insert into ledger.mt_events select * from kept_events; delete from ledger.branch; insert into ledger.branch select * from kept_branches");
        }

        // Sealed again as it was, it has other salts: only the seal that was there proves the log.
        await database.ForgeAsync(Unseal);
        await database.SignAsync();
        (await VerifyAsync(database, kept, file => database.Seal.WriteConsistencyAsync(kept, file))).IsValid.ShouldBeFalse();
    }

    private static async Task<SealVerdict> VerifyAsync(SealDatabase database, SignedNote kept, Func<Stream, Task> write)
    {
        using var file = new MemoryStream();
        await write(file);
        file.Position = 0;
        return await SealFile.VerifyAsync(file, database.Keys, kept);
    }
}
