using Npgsql;

namespace Ledger.Benchmarks.Readers;

/// <summary>Takes what COPY sends as it comes; how fast the server can be.</summary>
internal static class CopyReader
{
    private const int LeastBytesOfRow = 100;

    public static async Task<int> CountAsync(NpgsqlDataSource dataSource, string sql, int rows, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginRawBinaryCopyAsync(sql, cancellationToken);
        var buffer = new byte[64 * 1024];
        var bytes = 0L;
        while (await copy.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            bytes += read;
        }

        // The rows are not told apart, so it is told only whether there were nearly enough bytes.
        return bytes > (long)rows * LeastBytesOfRow ? rows : 0;
    }
}
