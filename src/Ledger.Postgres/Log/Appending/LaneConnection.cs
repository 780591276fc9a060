using Ledger.Log;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The connection of a lane: kept while the lane is in use, returned to the pool after a short idle time.</summary>
/// <remarks>
/// A pooled connection is reset each time that it is taken, which costs as much as a small append. A pool that is too small to spare
/// one for each lane gets its connections back after every batch. Used by one batch at a time, as the lane is; only <see cref="GiveBackIfIdle"/> is called from
/// another thread.
/// </remarks>
internal sealed class LaneConnection(NpgsqlDataSource pool, TimeProvider timeProvider, bool isKept) : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private NpgsqlConnection? _connection;
    private ITimer? _timer;
    private bool _isTaken;
    private long _returnedAt;

    /// <summary>Makes one; no connection is kept if lanes could exhaust the pool.</summary>
    public static LaneConnection Create(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider, bool isKept) => new(
        pool,
        timeProvider,
        isKept && new NpgsqlConnectionStringBuilder(pool.ConnectionString).MaxPoolSize >= 4 * options.AppendLanes);

    /// <summary>Takes the connection, or opens one.</summary>
    public async ValueTask<NpgsqlConnection> TakeAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_connection is { State: System.Data.ConnectionState.Open } kept)
            {
                _isTaken = true;
                return kept;
            }
        }

        var opened = await Connections.OpenAsync(pool, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _connection?.Dispose();
            (_connection, _isTaken) = (opened, true);
        }

        return opened;
    }

    /// <summary>Ends a batch; a connection on which something failed is not kept.</summary>
    public async ValueTask ReturnAsync(bool isWell)
    {
        NpgsqlConnection? ended = null;
        lock (_gate)
        {
            _isTaken = false;
            _returnedAt = timeProvider.GetTimestamp();
            if (!isKept || !isWell)
            {
                (ended, _connection) = (_connection, null);
            }
            else
            {
                _timer ??= SharedWork.CreateTimer(timeProvider, static state => ((LaneConnection)state!).GiveBackIfIdle(), this, Idle);
            }
        }

        if (ended is not null)
        {
            await ended.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => GiveBack();

    private void GiveBackIfIdle()
    {
        if (timeProvider.GetElapsedTime(Volatile.Read(ref _returnedAt)) >= Idle)
        {
            GiveBack();
        }
    }

    private void GiveBack()
    {
        NpgsqlConnection? idle;
        lock (_gate)
        {
            if (_isTaken)
            {
                return;
            }

            (idle, _connection) = (_connection, null);
            _timer?.Dispose();
            _timer = null;
        }

        idle?.Dispose();
    }
}
