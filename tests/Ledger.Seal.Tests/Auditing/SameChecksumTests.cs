using System.Text;
using Ledger.Log;
using Ledger.Seal.Entries;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>An event that was changed to one with the same checksums, and a hash that was changed instead, are told apart.</summary>
public sealed class SameChecksumTests
{
    [Fact]
    public async Task Audit_EventOrHashWithTheSameChecksums_NamesTheOneThatChanged()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [.. Enumerable.Range(0, 300).Select(n => new NewEvent(new KitLoaded($"kit {n}")))]);
        await database.SignAsync();
        await database.ForgeAsync("create table kept as select * from ledger.mt_events; create table notes as select * from ledger.seal_checkpoint");
        var type = await database.ScalarAsync<string>("select type from ledger.mt_events where seq_id = 7");
        var likeType = Search(ColumnSums.OfText(type), i => $"forged {i}", ColumnSums.OfText);
        var salt = await database.ScalarAsync<byte[]>("select data_salt from ledger.seal_leaf where seq = 9");
        var data = await database.ScalarAsync<string>("select data::text from ledger.mt_events where seq_id = 9");
        var likeData = Search(SumOfData(data), i => $"{{\"kit\": \"forged {i}\"}}", SumOfData);

        // Leaves 6 and 8 are of a full tile, of which the tile above has the hash; leaf 289 is of the last one, which only the checkpoint covers.
        await FindsAsync(
            $"update ledger.mt_events set type = '{likeType}' where seq_id in (7, 290); update ledger.mt_events set data = '{likeData}' where seq_id = 9",
            ["Changed 6 7", "Changed 8 9", "Changed 289 290"],
            checkpoints: 1);
        await FindsAsync(
            "update ledger.seal_tile set hashes = set_byte(hashes, 32 * case tile when 0 then 6 else 33 end, 255 - get_byte(hashes, 32 * case tile when 0 then 6 else 33 end)) where level = 0",
            ["SealDamaged 6 7", "SealDamaged 289 290"],
            checkpoints: 1);

        // Without the checkpoint nothing shows which of the two it was in the last tile.
        await FindsAsync(
            $"delete from ledger.seal_checkpoint; update ledger.mt_events set type = '{likeType}' where seq_id in (7, 290)",
            ["Changed 289 290", "Changed 6 7", "SealDamaged  "],
            checkpoints: 0);

        uint SumOfData(string json) => ColumnSums.OfBytes(Commitment.Of(salt, Commitment.Data, Encoding.UTF8.GetBytes(json)));

        async Task FindsAsync(string forgery, string[] expected, long checkpoints)
        {
            await database.ForgeAsync($"create table tiles as select * from ledger.seal_tile; {forgery}");

            var (audit, findings) = await database.AuditAsync();

            findings.Select(f => $"{f.Kind} {f.Leaf} {f.Sequence}").Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal), string.Join('\n', findings));
            findings.ShouldAllBe(f => f.Columns.Count == 0);
            audit.Checkpoints.ShouldBe(checkpoints);
            await database.ForgeAsync("""
                delete from ledger.mt_events;
                insert into ledger.mt_events select * from kept;
                delete from ledger.seal_tile;
                insert into ledger.seal_tile select * from tiles;
                drop table tiles;
                delete from ledger.seal_checkpoint;
                insert into ledger.seal_checkpoint select * from notes
                """);
        }
    }

    private static string Search(uint sum, Func<int, string> of, Func<string, uint> sumOf) =>
        Enumerable.Range(0, 10_000_000).Select(of).First(value => ColumnSums.Fold(sumOf(value)) == ColumnSums.Fold(sum));
}
