using System.Globalization;
using System.Text;
using System.Text.Json;
using Ledger.Conformance;
using Ledger.Log;
using Npgsql;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>Every byte of every column of a log of a thousand events: each is changed, found, and named by row, column and kind.</summary>
public sealed class EveryByteTests
{
    private const int Events = 1_000;

    // One change of each row a round. With the longest row every byte has had its turn after so many rounds.
    private static readonly int Rounds = Scale.Of(3, 700);

    private static readonly (string Column, string Type)[] Columns =
    [
        ("seq_id", "bigint"), ("id", "uuid"), ("stream_id", "varchar"), ("version", "bigint"), ("type", "varchar"), ("timestamp", "timestamptz"), ("tenant_id", "varchar"),
        ("mt_dotnet_type", "varchar"), ("correlation_id", "varchar"), ("causation_id", "varchar"), ("data", "jsonb"), ("bdata", "bytea"), ("headers", "jsonb"),
    ];

    [Fact]
    public async Task Audit_EachByteOfEachColumn_NamesRowColumnAndKind()
    {
        await using var database = await SealDatabase.CreateAsync();
        for (var i = 0; i < Events / 10; i++)
        {
            await database.Store.AppendAsync(StreamName.Run($"s{i}"), ExpectedVersion.Any, [.. Enumerable.Range(0, 10).Select(n => new NewEvent(new KitLoaded($"kit {n} é"))
            {
                Metadata = new EventMetadata { Actor = "agent", Causes = [Guid.CreateVersion7()] },
            })]);
        }

        await database.ForgeAsync("update ledger.mt_events set correlation_id = 'root', bdata = case when seq_id % 3 = 0 then '\\x00ff10'::bytea end; create table kept as select * from ledger.mt_events");
        var note = await database.SignAsync();
        var rows = await ReadAsync(database);
        for (var round = 0; round < Rounds; round++)
        {
            var changes = rows.Select(row => ChangeOf(row, round * (Scale.IsSoak ? 1 : 97) + (int)row.Sequence)).OfType<Change>().ToList();
            changes.Count.ShouldBeGreaterThan(Events / 2);
            await ApplyAsync(database, changes);

            var (audit, findings) = await database.AuditAsync();

            // A change that leaves the two bytes of its column's checksum as they were, one in 65,536, is found without the column.
            var unnamed = 0;
            var found = findings.ToLookup(f => f.Leaf);
            foreach (var change in changes)
            {
                var finding = found[change.Row.Sequence - 1].ShouldHaveSingleItem($"{change}");
                if (finding is { Kind: SealFindingKind.Changed, Columns: [] })
                {
                    unnamed++;
                    finding.Sequence.ShouldBe(change.Row.Sequence, $"{change}");
                    continue;
                }

                finding.Kind.ShouldBe(change.Kind, $"{change}");
                if (change.Kind is SealFindingKind.Changed or SealFindingKind.Reordered)
                {
                    (finding.Sequence, string.Join(' ', finding.Columns)).ShouldBe((change.Row.Sequence, change.Column), $"{change}");
                }
            }

            unnamed.ShouldBeLessThan(4);
            (findings.Count, audit.Events).ShouldBe((changes.Count, Events - changes.Count));

            // Who has the key and changes one of these together with the whole seal is found by the checkpoint that was kept.
            if (round == 0)
            {
                await database.ForgeAsync("delete from ledger.seal_checkpoint; delete from ledger.seal_leaf; delete from ledger.seal_tile; update ledger.seal_head set size = 0, seq = 0");
                await database.SignAsync();
                using var file = new MemoryStream(Encoding.UTF8.GetBytes((await database.Seal.FindCheckpointAsync())!.ToString()));
                (await SealFile.VerifyAsync(file, database.Keys, note)).IsValid.ShouldBeFalse();
                await RestoreAsync(database);
                await database.ForgeAsync("delete from ledger.seal_checkpoint; delete from ledger.seal_leaf; delete from ledger.seal_tile; update ledger.seal_head set size = 0, seq = 0");
                note = await database.SignAsync();
            }
            else
            {
                await RestoreAsync(database);
            }
        }

        (await database.AuditAsync(note)).Findings.ShouldBeEmpty();
    }

    private static Task RestoreAsync(SealDatabase database) =>
        database.ForgeAsync("delete from ledger.mt_events; insert into ledger.mt_events select * from kept");

    private static async Task<List<Row>> ReadAsync(SealDatabase database)
    {
        await using var command = database.DataSource.CreateCommand("""
            select seq_id, id::text, stream_id, version, type, (extract(epoch from "timestamp" - timestamptz '2000-01-01 UTC') * 1000000)::bigint, tenant_id, mt_dotnet_type, correlation_id,
                   causation_id, data::text, bdata, headers::text
            from ledger.mt_events order by seq_id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Row>();
        while (await reader.ReadAsync())
        {
            rows.Add(new Row(reader.GetInt64(0), [.. Columns.Select((_, i) => reader.GetValue(i) switch
            {
                long number => BitConverter.GetBytes(number),
                byte[] bytes => bytes,
                string text when Columns[i].Type == "uuid" => Guid.Parse(text).ToByteArray(bigEndian: true),
                string text => Encoding.UTF8.GetBytes(text),
                _ => [],
            })]));
        }

        return rows;
    }

    // The byte of a row that a number falls on, changed to another that a row can have; null for one that can have no other, as the brackets of JSON.
    private static Change? ChangeOf(Row row, int number)
    {
        var at = number % row.Values.Sum(v => v.Length);
        var column = 0;
        for (; at >= row.Values[column].Length; column++)
        {
            at -= row.Values[column].Length;
        }

        foreach (var mask in new byte[] { 0x40, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20 })
        {
            var bytes = row.Values[column].ToArray();
            bytes[at] ^= mask;
            // Rows whose numbers are beyond the end are missing from it: a tail that is cut off has tests of its own.
            if (column == 0 && row.Sequence > Events - 20)
            {
                return null;
            }

            if (TextOf(Columns[column].Column, Columns[column].Type, bytes) is { } value)
            {
                // A number that is higher than any sealed one is where the audit does not look for more than events that follow.
                return new Change(row, Columns[column].Column, at, value, Columns[column].Column switch
                {
                    "seq_id" => SealFindingKind.Removed,
                    "version" => SealFindingKind.Reordered,
                    _ => SealFindingKind.Changed,
                });
            }
        }

        return null;
    }

    private static string? TextOf(string column, string type, byte[] bytes)
    {
        switch (type)
        {
            // A row before number 1 is found as one that moved, which TamperTests have.
            case "bigint" when column == "seq_id" && BitConverter.ToInt64(bytes) is >= 0 and <= Events:
                return null;
            case "bigint":
                return BitConverter.ToInt64(bytes).ToString(CultureInfo.InvariantCulture);
            case "timestamptz":
                return BitConverter.ToInt64(bytes) is var time and > -200_000_000_000_000_000 and < 9_000_000_000_000_000_000 ? time.ToString(CultureInfo.InvariantCulture) : null;
            case "uuid":
                return new Guid(bytes, bigEndian: true).ToString();
            case "bytea":
                return $"\\x{Convert.ToHexString(bytes)}";
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            if (type == "jsonb")
            {
                using var document = JsonDocument.Parse(text);
            }

            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (Exception fault) when (fault is DecoderFallbackException or JsonException)
        {
            return null;
        }
    }

    private static async Task ApplyAsync(SealDatabase database, List<Change> changes)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync("set session_replication_role = replica");
        foreach (var (column, type) in Columns)
        {
            var of = changes.Where(c => c.Column == column).ToList();
            var value = type == "timestamptz" ? "timestamptz '2000-01-01 UTC' + (f.value || ' microseconds')::interval" : $"f.value::{type}";
            await using var command = new NpgsqlCommand(
                $"update ledger.mt_events as e set \"{column}\" = {value} from unnest($1, $2) as f (seq, value) where e.seq_id = f.seq", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = of.Select(c => c.Row.Sequence).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            command.Parameters.Add(new NpgsqlParameter { Value = of.Select(c => c.Value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            (await command.ExecuteNonQueryAsync()).ShouldBe(of.Count);
        }

        await ExecuteAsync("set session_replication_role = origin");

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private sealed record Row(long Sequence, IReadOnlyList<byte[]> Values);

    private sealed record Change(Row Row, string Column, int At, string Value, SealFindingKind Kind)
    {
        public override string ToString() => $"byte {At} of {Column} at number {Row.Sequence}: '{Value}'";
    }
}
