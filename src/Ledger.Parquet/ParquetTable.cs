using Parquet;
using Parquet.Schema;

namespace Ledger.Parquet;

/// <summary>Writes rows in groups.</summary>
internal static class ParquetTable
{
    private const int RowsOfGroup = 20_000;
    private const long CharactersOfGroup = 16_000_000;

    /// <summary>Writes a whole file.</summary>
    /// <returns>The number of rows.</returns>
    public static async Task<long> WriteAsync<TRow>(
        IReadOnlyList<Func<ParquetColumn<TRow>>> makeColumns, IAsyncEnumerable<TRow> rows, Stream output, CancellationToken cancellationToken)
    {
        ParquetColumn<TRow>[] columns = [.. makeColumns.Select(make => make())];
        var schema = new ParquetSchema([.. columns.Select(column => column.Field)]);
        var writer = await ParquetWriter.CreateAsync(schema, output, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        var (written, count, characters) = (0L, 0, 0L);
        await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var column in columns)
            {
                characters += column.Add(row);
            }

            written++;
            if (++count == RowsOfGroup || characters >= CharactersOfGroup)
            {
                await WriteGroupAsync(writer, columns, cancellationToken).ConfigureAwait(false);
                (count, characters) = (0, 0);
            }
        }

        if (count > 0)
        {
            await WriteGroupAsync(writer, columns, cancellationToken).ConfigureAwait(false);
        }

        return written;
    }

    private static async Task WriteGroupAsync<TRow>(ParquetWriter writer, ParquetColumn<TRow>[] columns, CancellationToken cancellationToken)
    {
        using var group = writer.CreateRowGroup();
        foreach (var column in columns)
        {
            await column.WriteAsync(group, cancellationToken).ConfigureAwait(false);
        }
    }
}
