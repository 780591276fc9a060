using System.Buffers;
using Ledger.Cli.Output;
using Ledger.Postgres.Queries;

namespace Ledger.Cli.Queries;

/// <summary>Prints rows as CSV (RFC 4180) with a line of names. Null is an empty field, an empty text a pair of quotes, as PostgreSQL's COPY writes them.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    public static async Task PrintAsync(
        Printer output, IReadOnlyList<SqlColumn> columns, IAsyncEnumerable<IReadOnlyList<string?>> rows, CancellationToken cancellationToken)
    {
        await WriteAsync(output.Text, [.. columns.Select(column => column.Name)]);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await WriteAsync(output.Text, output.IsTerminal ? [.. row.Select(field => field is null ? null : Printable.Of(field))] : row);
        }
    }

    private static async Task WriteAsync(TextWriter text, IReadOnlyList<string?> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            await text.WriteAsync(i == 0 ? "" : ",");
            await text.WriteAsync(FieldOf(fields[i]));
        }

        // As the other lists and all tools of this system: the standard's CRLF would be a part of the last field for them.
        await text.WriteAsync('\n');
    }

    private static string FieldOf(string? value) => value switch
    {
        null => "",
        "" => "\"\"",
        _ when value.AsSpan().ContainsAny(Quoted) || value[0] == ' ' || value[^1] == ' ' => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => value,
    };
}
