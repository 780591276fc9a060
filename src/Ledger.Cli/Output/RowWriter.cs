using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Cli.Output;

/// <summary>Writes rows as JSON Lines or as CSV with constant memory. The columns are the members of the contract, whether or not a row has them.</summary>
internal static class RowWriter
{
    /// <summary>Writes all rows.</summary>
    public static async Task WriteAsync<T>(Printer output, OutputFormat format, IAsyncEnumerable<T> rows, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (format is OutputFormat.Ndjson)
        {
            await output.JsonLinesAsync(rows, type);
            return;
        }

        string[] columns = [.. type.Properties.Select(property => property.Name)];
        await WriteLineAsync(output, columns);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            using var document = Printer.DocumentOf(row, type);
            var json = document.RootElement;
            await WriteLineAsync(output, columns.Select(column => json.TryGetProperty(column, out var value) ? TextOf(value) : ""));
        }
    }

    /// <summary>Writes rows that are JSON already: JSON Lines in their own spelling, or CSV with the members that are named.</summary>
    public static async Task WriteAsync(Printer output, OutputFormat format, IAsyncEnumerable<string> rows, string[] columns, CancellationToken cancellationToken)
    {
        if (format is OutputFormat.Ndjson)
        {
            await output.JsonLinesAsync(rows.Select(row => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{row}\n")));
            return;
        }

        await WriteLineAsync(output, columns);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            using var document = JsonDocument.Parse(row);
            await WriteLineAsync(output, columns.Select(column => document.RootElement.TryGetProperty(column, out var value) ? TextOf(value) : ""));
        }
    }

    private static async Task WriteLineAsync(Printer output, IEnumerable<string> fields) =>
        await output.Text.WriteLineAsync(string.Join(',', fields.Select(field => Quote(output.IsTerminal ? Printable.Of(field) : field))));

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static string Quote(string field)
    {
        if (field.AsSpan().IndexOfAny(",\"\n\r") < 0 && field.AsSpan().Trim(' ').Length == field.Length)
        {
            return field;
        }

        return new StringBuilder(field.Length + 8).Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"').ToString();
    }
}
