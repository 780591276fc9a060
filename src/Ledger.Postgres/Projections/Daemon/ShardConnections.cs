using System.Collections.Concurrent;
using System.Data;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The connections that the shards of a node share: limited in number, kept while shards work, returned to the pool when they are idle.</summary>
/// <remarks>A pooled connection is reset each time that it is taken, which costs as much as a small batch. Safe for concurrent use.</remarks>
internal sealed class ShardConnections(NpgsqlDataSource dataSource, int budget) : IShardConnections, IAsyncDisposable
{
    private const int RestfulBeats = 20;

    private readonly SemaphoreSlim _places = new(budget);
    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];
    private long _taken;
    private int _beatsAtRest;

    /// <inheritdoc/>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await UsePlaceAsync(use, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<T>? TryUse<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken) =>
        _places.Wait(0, CancellationToken.None) ? UsePlaceAsync(use, cancellationToken) : null;

    private async Task<T> UsePlaceAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            Interlocked.Increment(ref _taken);
            if (!_idle.TryTake(out connection) || connection.State != ConnectionState.Open)
            {
                await DisposeAsync(connection).ConfigureAwait(false);
                connection = null;
                connection = await Connections.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
            }

            var result = await use(connection).ConfigureAwait(false);
            _idle.Add(connection);
            connection = null;
            return result;
        }
        finally
        {
            await DisposeAsync(connection).ConfigureAwait(false);
            _places.Release();
        }
    }

    /// <summary>Returns all connections that have been unused for a while; called at each heartbeat.</summary>
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

    private static async Task DisposeAsync(NpgsqlConnection? connection)
    {
        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ClearAsync()
    {
        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
