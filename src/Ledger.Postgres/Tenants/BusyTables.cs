using System.Diagnostics;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Takes locks of several tables beside those who write to them, in the middle of a transaction.</summary>
/// <remarks>As <see cref="PatientLocks"/> does for whole transactions: what waits too long gives all of its locks back, and begins again.</remarks>
internal static class BusyTables
{
    private const string Savepoint = "busy_tables";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(30);

    /// <summary>Does what needs the locks, as often as it takes to get all of them at once; what it did before is rolled back.</summary>
    /// <param name="transaction">Its transaction, which keeps the locks.</param>
    /// <param name="work">What takes the locks.</param>
    /// <param name="toRefusal">The exception where others held a table for 60 seconds. Its parameter says so.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task LockAsync(NpgsqlTransaction transaction, Func<Task> work, Func<string, Exception> toRefusal, CancellationToken cancellationToken)
    {
        var (connection, begin, pause) = (transaction.Connection!, Stopwatch.GetTimestamp(), TimeSpan.FromMilliseconds(20));
        while (true)
        {
            await transaction.SaveAsync(Savepoint, cancellationToken).ConfigureAwait(false);
            try
            {
                await PatientLocks.WaitForAsync(connection, PatientLocks.WaitAfter(Stopwatch.GetElapsedTime(begin), Timeout.InfiniteTimeSpan), cancellationToken).ConfigureAwait(false);
                await work().ConfigureAwait(false);
                await PatientLocks.WaitForAsync(connection, Afterwards, cancellationToken).ConfigureAwait(false);
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
}
