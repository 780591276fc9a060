using Npgsql;

namespace Ledger.Benchmarks.Readers;

/// <summary>Takes every column of every row as a value.</summary>
internal static class RowReader
{
    public static async Task<int> CountAsync(
        NpgsqlDataSource dataSource, string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.AddWithValue(parameter);
        }

        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var count = 0;
        var bytes = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            bytes += reader.GetInt64(0) + reader.GetInt64(1) + reader.GetGuid(2).Variant + reader.GetString(3).Length
                + reader.GetFieldValue<byte[]>(4).Length + (reader.IsDBNull(5) ? 0 : reader.GetFieldValue<byte[]>(5).Length)
                + reader.GetFieldValue<DateTimeOffset>(6).Millisecond + (reader.IsDBNull(7) ? 0 : reader.GetString(7).Length)
                + (reader.IsDBNull(8) ? 0 : reader.GetString(8).Length);
            count++;
        }

        return bytes > 0 ? count : 0;
    }
}
