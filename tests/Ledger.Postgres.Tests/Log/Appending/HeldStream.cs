using Ledger.Log;
using Npgsql;

namespace Ledger.Postgres.Tests.Log.Appending;

/// <summary>A stream whose row a foreign transaction keeps locked, so that appends to it wait until it is released.</summary>
internal sealed class HeldStream : IAsyncDisposable
{
    private readonly LedgerDatabase _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private HeldStream(LedgerDatabase database, StreamName name, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _database = database;
        Name = name;
        _connection = connection;
        _transaction = transaction;
    }

    public StreamName Name { get; }

    /// <summary>A new stream with one event, locked.</summary>
    public static async Task<HeldStream> CreateAsync(LedgerDatabase database)
    {
        var name = new StreamName("held-" + Guid.NewGuid().ToString("N"));
        await database.Store.AppendAsync(name, ExpectedVersion.NoStream, [new KitLoaded("held")]);
        var connection = await database.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select from ledger.mt_streams where id = @id for no key update", connection, transaction);
        command.Parameters.AddWithValue("id", name.Value);
        await command.ExecuteNonQueryAsync();
        return new HeldStream(database, name, connection, transaction);
    }

    /// <summary>Waits until an append stands before the lock.</summary>
    public async Task WaitForWaitersAsync()
    {
        while (await CountWaitersAsync() == 0)
        {
        }
    }

    /// <summary>How many sessions wait for the lock.</summary>
    public async Task<long> CountWaitersAsync() => await _database.ScalarAsync<long>(
        $"select count(*) from pg_stat_activity where {_connection.ProcessID} = any (pg_blocking_pids(pid))");

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
