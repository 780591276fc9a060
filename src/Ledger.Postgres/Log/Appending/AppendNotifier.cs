using Ledger.Log;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Notifies listeners of appended events, after the commit and in a separate transaction.</summary>
/// <remarks>
/// A NOTIFY inside an append serialises commits over their flush to disk. Here one notification is sent at a time, without a flush, and appends in the meantime
/// share the next one. If one is lost, a listener waits for its next poll. While there are any, they go over a connection that is kept as a lane's is: to reset
/// one of the pool costs more than the notification.
/// </remarks>
internal sealed class AppendNotifier(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider) : IDisposable
{
    private const int Idle = 0;
    private const int Sending = 1;
    private const int SendingAndSignalled = 2;
    private const int TimeoutSeconds = 5;

    // Between two, so that a busy writer does not pay for one an append; the first after a pause goes out at once.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly LaneConnection _connection = LaneConnection.Create(pool, options, timeProvider, isKept: true);
    private readonly NpgsqlCommand _command = new(SqlText.Load("notify_appended", options.Schemas)) { CommandTimeout = TimeoutSeconds };
    private volatile Task _sending = Task.CompletedTask;
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <summary>Reports that events were committed; returns at once.</summary>
    public void Signal()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == SendingAndSignalled)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
            {
                if (state == Idle)
                {
                    _sending = SharedWork.Run(SendAsync);
                }

                return;
            }
        }
    }

    /// <summary>Waits until all notifications are sent.</summary>
    public Task DrainAsync()
    {
        _closing.TrySetResult();
        return _sending;
    }

    public void Dispose()
    {
        _command.Dispose();
        _connection.Dispose();
    }

    private async Task SendAsync()
    {
        do
        {
            Volatile.Write(ref _state, Sending);
            try
            {
                await NotifyAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Listeners poll as well; the append itself has succeeded, and the next must be told.
            catch (Exception)
#pragma warning restore CA1031
            {
            }

            await Task.WhenAny(Task.Delay(Pause, timeProvider), _closing.Task).ConfigureAwait(false);
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Sending) == SendingAndSignalled);
    }

    private async Task NotifyAsync()
    {
        var isWell = false;
        var connection = await _connection.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _command.Connection = connection;
            if (!_command.IsPrepared)
            {
                await _command.PrepareAsync().ConfigureAwait(false);
            }

            await _command.ExecuteNonQueryAsync().ConfigureAwait(false);
            isWell = true;
        }
        finally
        {
            await _connection.ReturnAsync(isWell).ConfigureAwait(false);
        }
    }
}
