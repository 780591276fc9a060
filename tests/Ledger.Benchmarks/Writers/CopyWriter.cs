using System.Runtime.CompilerServices;
using Ledger.Benchmarks.Measuring;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Benchmarks.Writers;

/// <summary>The peer of batches and imports: binary COPY into the event table alone, a transaction for so many rows.</summary>
/// <remarks>It takes its numbers from a counter of the client and leaves the stream's version alone, so it does less than an append must.</remarks>
internal sealed class CopyWriter(string connectionString, string stream, int rowsPerCall, StrongBox<long> sequence) : Writer
{
    private readonly NpgsqlConnection _connection = new(connectionString);
    private readonly string _copy = BenchmarkSql.Load("copy_in");

    public override int EventsPerCall => rowsPerCall;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand(BenchmarkSql.Load("create_stream"), _connection);
        create.Parameters.AddWithValue(stream);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task WriteAsync(long number, CancellationToken cancellationToken)
    {
        var last = Interlocked.Add(ref sequence.Value, rowsPerCall);
        var time = TimeProvider.System.GetUtcNow();
        await using var copy = await _connection.BeginBinaryImportAsync(_copy, cancellationToken);
        for (var i = 0; i < rowsPerCall; i++)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(last - rowsPerCall + i + 1, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(stream, NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(number + i + 1, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(Payloads.Json(number + i), NpgsqlDbType.Jsonb, cancellationToken);
            await copy.WriteAsync(Payloads.Type, NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(time, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync("*DEFAULT*", NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(Payloads.ClrType, NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(stream, NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(false, NpgsqlDbType.Boolean, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();
}
