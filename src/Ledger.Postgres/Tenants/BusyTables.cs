using System.Diagnostics;
using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Takes locks of several tables beside those who write to them, in another order.</summary>
/// <remarks>
/// It waits for one lock less than <c>deadlock_timeout</c> (1 s), then gives all of them back and begins again, so that a cycle of waits is left before the server
/// looks for one: otherwise a writer or the caller would be the victim. https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
/// </remarks>
internal static class BusyTables
{
    private const string Savepoint = "busy_tables";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Does what needs the locks, as often as it takes to get all of them at once; what it did before is rolled back.</summary>
    /// <param name="transaction">Its transaction, which keeps the locks.</param>
    /// <param name="work">What takes the locks.</param>
    /// <param name="toRefusal">The exception where others held a table for 60 seconds. Its parameter says so.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task LockAsync(NpgsqlTransaction transaction, Func<Task> work, Func<string, Exception> toRefusal, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            await transaction.SaveAsync(Savepoint, cancellationToken).ConfigureAwait(false);
            try
            {
                await WaitForAsync(transaction, "300ms", cancellationToken).ConfigureAwait(false);
                await work().ConfigureAwait(false);
                await WaitForAsync(transaction, "30s", cancellationToken).ConfigureAwait(false);
                await transaction.ReleaseAsync(Savepoint, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await transaction.RollbackAsync(Savepoint, cancellationToken).ConfigureAwait(false);
                if (Stopwatch.GetElapsedTime(begin) > Patience)
                {
                    throw toRefusal($"Transactions of others have held a table of the log for {Patience.TotalSeconds:0} seconds ({busy.MessageText}).");
                }

                await Task.Delay(pause * (1 + Random.Shared.NextDouble()), cancellationToken).ConfigureAwait(false);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    private static async Task WaitForAsync(NpgsqlTransaction transaction, string wait, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenant_lock_wait"), transaction.Connection, transaction);
        await using var _ = command.ConfigureAwait(false);
        await command.WithText(wait).ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
