using Ledger.Log;
using Npgsql;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>Writes to a stream of its own, with pauses between the drawing of a number and the end of the transaction, which may be a rollback.</summary>
internal sealed class PausingWriter(LedgerDatabase database, PostgresEventStore store, int seed)
{
    // As any program that knows the tables would.
    private const string Insert = """
        with stream as (
            insert into ledger.mt_streams as s (id, version, tenant_id, is_archived) values (@stream, 1, '*DEFAULT*', false)
            on conflict (id) do update set version = s.version + 1, "timestamp" = clock_timestamp()
            returning id, version)
        insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, is_archived)
        select nextval('ledger.mt_events_sequence'), gen_random_uuid(), id, version, jsonb_build_object('kit', @kit), 'kit.loaded',
               clock_timestamp(), '*DEFAULT*', 'Ledger.KitLoaded, Ledger', false
        from stream
        """;

    private readonly Random _random = new(seed);
    private readonly StreamName _stream = StreamName.Run($"chaos-{seed}");
    private int _count;

    public async Task WriteAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            _count++;
            await ((seed % 4) switch
            {
                0 => AppendAsync(),
                1 => WriteRawAsync(),
                2 => PrepareAsync(),
                _ => AppendInTransactionAsync(),
            });
        }
    }

    private bool RollsBack => _random.Next(10) == 0;

    private string Kit => $"{seed}.{_count}";

    private Task<AppendResult> AppendAsync() => store.AppendAsync(
        _stream, ExpectedVersion.Any, [new KitLoaded(Kit), new ToolCalled($"tool-{_random.Next(5)}"), new ToolCalled($"shared-{_random.Next(5)}")]);

    private async Task WriteRawAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertAsync(connection);
        await PauseAsync(connection);
        await (RollsBack ? transaction.RollbackAsync() : transaction.CommitAsync());
    }

    private async Task PrepareAsync()
    {
        // The name is the server's, on which other tests do the same.
        var name = $"chaos-{Guid.NewGuid()}";
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, "begin");
        await InsertAsync(connection);
        await PauseAsync(connection);
        await ExecuteAsync(connection, $"prepare transaction '{name}'");
        await PauseAsync(connection);
        await ExecuteAsync(connection, $"{(RollsBack ? "rollback" : "commit")} prepared '{name}'");
    }

    private async Task AppendInTransactionAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await store.On(transaction).AppendAsync(_stream, ExpectedVersion.Any, [new KitLoaded(Kit), new ToolReturned($"tool-{_random.Next(5)}")]);
        await PauseAsync(connection);
        await (RollsBack ? transaction.RollbackAsync() : transaction.CommitAsync());
    }

    private async Task InsertAsync(NpgsqlConnection connection)
    {
        await using var insert = new NpgsqlCommand(Insert, connection);
        insert.Parameters.AddWithValue("stream", _stream.Value);
        insert.Parameters.AddWithValue("kit", Kit);
        await insert.ExecuteNonQueryAsync();
    }

    private Task PauseAsync(NpgsqlConnection connection) =>
        ExecuteAsync(connection, FormattableString.Invariant($"select pg_sleep({Math.Pow(_random.NextDouble(), 4) / 2})"));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
