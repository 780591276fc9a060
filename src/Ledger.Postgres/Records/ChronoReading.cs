using Ledger.Log;
using Ledger.Records;
using Npgsql;

namespace Ledger.Postgres.Records;

/// <summary>Rows of the statements of record stores.</summary>
internal static class ChronoReading
{
    public static ChronoPlace ReadPlace(this NpgsqlDataReader reader) =>
        new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), reader.GetInt64(4));

    /// <summary>The row whose columns begin at one, or null where there is none.</summary>
    public static ChronoRow? ReadRow(this NpgsqlDataReader reader, int column = 0) => reader.IsDBNull(column)
        ? null
        : new ChronoRow(
            reader.GetFieldValue<byte[]>(column),
            reader.GetInt64(column + 1),
            reader.GetInt64(column + 2),
            new RecordText(reader.GetString(column + 3), reader.IsDBNull(column + 4) ? null : reader.GetString(column + 4)))
        {
            Id = reader.GetString(column + 5),
            Kind = reader.GetString(column + 6),
            Status = reader.GetString(column + 7),
            Confidence = reader.GetDouble(column + 8),
        };

    public static RecordedEvent ReadEvent(this NpgsqlDataReader reader, StreamName stream, EventRegistry registry) => new(
        registry,
        stream,
        new StreamVersion(reader.GetInt64(0)),
        new SequenceNumber(reader.GetInt64(1)),
        reader.GetGuid(2),
        reader.GetString(3),
        reader.GetFieldValue<byte[]>(4),
        reader.IsDBNull(5) ? default : reader.GetFieldValue<byte[]>(5),
        reader.GetFieldValue<DateTimeOffset>(6));

    /// <summary>Reads a result to its end.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(
        this NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var items = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            items.Add(read(reader));
        }

        return items;
    }
}
