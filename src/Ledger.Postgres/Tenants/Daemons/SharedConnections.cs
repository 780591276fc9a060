using System.Collections.Concurrent;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants.Daemons;

/// <summary>The connections that the shards of all tenants of a schema share: limited in number, given to who has waited longest, closed when none is needed.</summary>
/// <remarks>
/// Each is set to the tenant of a shard and has the lock of that shard while it works for it, so that a daemon of that tenant alone, which keeps the lock, has precedence. In
/// between it is of no tenant and sees nothing. Safe for concurrent use.
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
    private readonly string _own = SqlText.Load("own_shards", options.Schemas);
    private readonly string _giveUp = SqlText.Load("give_up_shard", options.Schemas);
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
            await LeaveAsync(connection, isOwn ? shard : null, cancellationToken).ConfigureAwait(false);
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
            if (idle.State == System.Data.ConnectionState.Open)
            {
                return idle;
            }

            await idle.DisposeAsync().ConfigureAwait(false);
        }

        var connection = await Connections.OpenAnyAsync(dataSource, cancellationToken).ConfigureAwait(false);
        try
        {
            var command = new NpgsqlCommand(SqlText.Load("tenants_session"), connection) { CommandTimeout = options.CommandTimeoutSeconds };
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> EnterAsync(NpgsqlConnection connection, string tenant, string? shard, CancellationToken cancellationToken)
    {
        var batch = Begin(connection);
        await using var _ = batch.ConfigureAwait(false);
        Add(batch, _turn).WithText(tenant);
        if (shard is not null)
        {
            Add(batch, _own).WithTexts([shard]).With(1, NpgsqlDbType.Integer);
        }

        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return !await reader.NextResultAsync(cancellationToken).ConfigureAwait(false) || await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task LeaveAsync(NpgsqlConnection connection, string? shard, CancellationToken cancellationToken)
    {
        var batch = Begin(connection);
        await using var _ = batch.ConfigureAwait(false);
        if (shard is not null)
        {
            Add(batch, _giveUp).WithText(shard);
        }

        Add(batch, _turn).WithText("");
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlBatch Begin(NpgsqlConnection connection) => new(connection) { Timeout = options.CommandTimeoutSeconds };

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
