using System.Buffers;
using System.Text.Json;
using Ledger.Json;
using Ledger.Postgres.Log;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <content>The rows and the marks that are written.</content>
internal sealed partial class RunRows
{
    private async Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<RunRow> rows,
        IReadOnlyList<RunMark> marks,
        bool isAnew,
        CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var write = Command(connection, transaction, "write_runs").WithJson(JsonOf(rows, _rulesName)).With(isAnew, NpgsqlDbType.Boolean);
        await ExecuteAsync(write, cancellationToken).ConfigureAwait(false);
        if (marks.Count == 0)
        {
            return;
        }

        var mark = Command(connection, transaction, "write_run_marks")
            .With(marks.Select(m => m.Stream).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(marks.Select(m => m.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(
                marks.Select(m => JsonSerializer.Serialize(m.Totals, RunStateContext.Default.RunningTotals)).ToArray(),
                NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
            .With(RunFold.CallTypes, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(CallsOf, NpgsqlDbType.Integer);
        await ExecuteAsync(mark, cancellationToken).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> JsonOf(IReadOnlyList<RunRow> rows, string rules)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions))
        {
            writer.WriteStartArray();
            foreach (var row in rows)
            {
                row.WriteTo(writer, rules);
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }
}
