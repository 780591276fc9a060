using System.Collections.Concurrent;
using System.Data;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants.Daemons;

/// <summary>The connections that the shards of all tenants of a schema share: limited in number, given to who has waited longest, closed when none is needed.</summary>
/// <remarks>
/// Each is set to the tenant of a shard and has the lock of that shard while it works for it, so that a daemon of that tenant alone, which keeps the lock, has precedence. One
/// that is switched off meanwhile has no turn any more, so that nothing is written for it after those that have begun. Before the next one it is as it was opened: of no tenant, so that it sees nothing, without what the application's statements may have set or put into temporary tables. Safe for
/// concurrent use.
/// </remarks>
/// <param name="dataSource">Makes connections without a tenant and without a pool.</param>
/// <param name="budget">How many at most.</param>
/// <param name="options">Where the tables are.</param>
internal sealed class SharedConnections(NpgsqlDataSource dataSource, int budget, PostgresOptions options) : IAsyncDisposable
{
    private const int RestfulBeats = 20;

    private readonly SemaphoreSlim _places = new(budget);
    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];
    private readonly string _turn = SqlText.Load("turn_to_tenant");
    private readonly string _added = SqlText.Load("find_conjoined_tenant", options.Schemas);
    private readonly string _own = SqlText.Load("own_shards", options.Schemas);
    private readonly string _leave = SqlText.Load("leave_turn");
    private long _taken;
    private int _beatsAtRest;

    /// <summary>The connections for a shard of a tenant; of no shard, without a lock.</summary>
    public IShardConnections Of(string tenant, string? shard = null) => new OfShard(this, tenant, shard);

    /// <summary>Closes all connections that have been unused for a while; called at each heartbeat.</summary>
    public async Task RestAsync()
    {
        _beatsAtRest = Interlocked.Exchange(ref _taken, 0) == 0 ? _beatsAtRest + 1 : 0;
        if (_beatsAtRest >= RestfulBeats)
        {
            await ClearAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ClearAsync().ConfigureAwait(false);
        _places.Dispose();
    }

    private async Task<T> UseAsync<T>(string tenant, string? shard, Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        NpgsqlConnection? connection = null;
        try
        {
            Interlocked.Increment(ref _taken);
            connection = await TakeAsync(cancellationToken).ConfigureAwait(false);
            var isOwn = await EnterAsync(connection, tenant, shard, cancellationToken).ConfigureAwait(false);
            var result = isOwn ? await use(connection).ConfigureAwait(false) : default;
            await LeaveAsync(connection, cancellationToken).ConfigureAwait(false);
            _idle.Add(connection);
            connection = null;
            return isOwn ? result! : throw new ShardElsewhereException();
        }
        finally
        {
            // The session ends, and with it what it was set to and its lock.
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            _places.Release();
        }
    }

    private async Task<NpgsqlConnection> TakeAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.State == ConnectionState.Open)
            {
                return idle;
            }

            await idle.DisposeAsync().ConfigureAwait(false);
        }

        return await Connections.OpenAnyAsync(dataSource, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> EnterAsync(NpgsqlConnection connection, string tenant, string? shard, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        Add(batch, _turn).WithText(tenant);
        Add(batch, _added).WithText(tenant);
        if (shard is not null)
        {
            Add(batch, _own).WithTexts([shard]).With(1, NpgsqlDbType.Integer);
        }

        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async Task LeaveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(_leave, connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    private async Task ClearAsync()
    {
        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class OfShard(SharedConnections shared, string tenant, string? shard) : IShardConnections
    {
        public Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken) => shared.UseAsync(tenant, shard, use, cancellationToken);

        // It would not get the lock.
        public Task<T>? TryUse<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken) => null;
    }
}
