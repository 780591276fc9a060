using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>Wakes those who listen for appended events, after the commit and in a transaction of its own.</summary>
/// <remarks>
/// A NOTIFY inside an append serialises commits over their flush to disk. Here one is under way at a time, it is not flushed, and
/// appends that come meanwhile share the next. One that gets lost costs a listener the wait for its next poll.
/// </remarks>
internal sealed class AppendNotifier(NpgsqlDataSource pool, PostgresOptions options)
{
    private const int Idle = 0;
    private const int Sending = 1;
    private const int SendingAndSignalled = 2;

    private readonly string _sql = SqlText.Load("notify_appended", options.Schemas);
    private int _state;

    /// <summary>Says that events were committed; returns at once.</summary>
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
                    _ = Task.Run(SendAsync);
                }

                return;
            }
        }
    }

    private async Task SendAsync()
    {
        do
        {
            Volatile.Write(ref _state, Sending);
            try
            {
                var command = pool.CreateCommand(_sql);
                await using var _ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            }
            catch (NpgsqlException)
            {
                // Listeners poll as well; the append itself has succeeded.
            }
            catch (ObjectDisposedException)
            {
                // The application closed its pool after the last append.
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Sending) == SendingAndSignalled);
    }
}
