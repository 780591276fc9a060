using System.Text;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>Rows that are sealed and audited from their bytes, and proved column by column, come to the same leaves, whatever they have.</summary>
public sealed class OddRowsTests
{
    [Fact]
    public async Task Seal_RowsOfEveryKind_AreAuditedAndProved()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(12);
        await database.ForgeAsync("""
            update ledger.mt_events set stream_id = null, tenant_id = null, mt_dotnet_type = null, correlation_id = null, causation_id = null, headers = null where seq_id = 1;
            update ledger.mt_events set correlation_id = '', causation_id = repeat('é', 300), mt_dotnet_type = repeat('𝄞', 2000), bdata = '' where seq_id = 2;
            update ledger.mt_events set timestamp = 'infinity', bdata = '\x00ff' where seq_id = 3;
            update ledger.mt_events set timestamp = '4000-01-01 BC', version = -1, type = repeat('t', 500), headers = '{"a": "\u00e9\ud834\udd1e"}' where seq_id = 4;
            update ledger.mt_events set data = (select jsonb_agg(md5(n::text)) from generate_series(1, 30000) as n), headers = 'null' where seq_id in (5, 6, 8);
            update ledger.mt_events set type = 'branch.created', stream_id = 'branch:of another system' where seq_id = 9;
            insert into ledger.mt_streams (id, version, tenant_id) select stream_id, version, '*DEFAULT*' from ledger.mt_events where seq_id = 9
            """);
        await database.SignAsync();

        var (audit, findings) = await database.AuditAsync();

        findings.ShouldBeEmpty();
        audit.Events.ShouldBe(audit.Size);
        for (var seq = 1; seq <= audit.Size; seq++)
        {
            var proof = (await database.Seal.ProveAsync(await database.ScalarAsync<Guid>($"select id from ledger.mt_events where seq_id = {seq}"))).ToString();
            using var file = new MemoryStream(Encoding.UTF8.GetBytes(proof));
            (await SealFile.VerifyAsync(file, database.Keys)).Faults.ShouldBeEmpty($"{seq}");
        }

        await database.ForgeAsync("update ledger.mt_events set data = jsonb_set(data, '{29999}', '\"x\"') where seq_id = 6; alter table ledger.mt_events alter column data drop not null; update ledger.mt_events set data = null where seq_id = 7");
        (await database.AuditAsync()).Findings.Select(f => $"{f.Kind} {f.Sequence} {string.Join('+', f.Columns)}").ShouldBe(["Changed 6 data", "Changed 7 data"]);
    }
}
