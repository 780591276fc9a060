using Ledger.Benchmarks.Measuring;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Benchmarks.Writers;

/// <summary>The peer of single appends: one prepared statement that updates the stream and inserts the event, each its own transaction.</summary>
internal sealed class StatementWriter(string connectionString, string stream) : Writer
{
    private readonly NpgsqlConnection _connection = new(connectionString);
    private readonly NpgsqlParameter<Guid> _id = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<byte[]> _data = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private NpgsqlCommand? _command;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand(BenchmarkSql.Load("create_stream"), _connection);
        create.Parameters.AddWithValue(stream);
        await create.ExecuteNonQueryAsync(cancellationToken);

        _command = new NpgsqlCommand(BenchmarkSql.Load("append_one"), _connection);
        _command.Parameters.AddWithValue(stream);
        _command.Parameters.Add(_id);
        _command.Parameters.AddWithValue(Payloads.Type);
        _command.Parameters.AddWithValue(Payloads.ClrType);
        _command.Parameters.Add(_data);
        _id.TypedValue = Guid.Empty;
        _data.TypedValue = Payloads.Json(0);
        await _command.PrepareAsync(cancellationToken);
    }

    public override Task WriteAsync(long number, CancellationToken cancellationToken)
    {
        _id.TypedValue = Guid.CreateVersion7();
        _data.TypedValue = Payloads.Json(number);
        return _command!.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_command is not null)
        {
            await _command.DisposeAsync();
        }

        await _connection.DisposeAsync();
    }
}
