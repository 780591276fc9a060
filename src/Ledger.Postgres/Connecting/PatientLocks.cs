using System.Diagnostics;
using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>Runs transactions that change or lock tables while others write to them, perhaps in another order.</summary>
/// <remarks>
/// Everyone who comes after a statement that waits for the lock of a table waits with it. So such a statement waits for less than <c>deadlock_timeout</c> (1 s), gives all of its
/// locks back, and begins again: writers go on in between, and a cycle of waits is left before the server makes one of them its victim. What is in the way for longer is one
/// long transaction, or one after another, or an autovacuum, which the server stops for those who wait longer than that: it is waited for in one piece. https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
/// </remarks>
internal static class PatientLocks
{
    /// <summary>How long callers wait that are refused then; see <see cref="Timeout.InfiniteTimeSpan"/> for the others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortWaits = TimeSpan.FromSeconds(4);

    /// <summary>Runs a transaction as often as it takes to get all of its locks, and commits it.</summary>
    /// <param name="connection">A connection without a transaction.</param>
    /// <param name="patience">How long it tries. Then the last refusal is thrown, with SQLSTATE 55P03 or 40P01.</param>
    /// <param name="first">What the transaction begins with, whose locks are waited for without a limit; null for nothing.</param>
    /// <param name="work">What it does. It may be done several times.</param>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    public static async Task<T> RunAsync<T>(
        NpgsqlConnection connection,
        TimeSpan patience,
        Func<CancellationToken, Task>? first,
        Func<CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        var (waited, pause) = (TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        while (true)
        {
            long? begun = null;
            try
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                if (first is not null)
                {
                    // A role or a database may have a limit.
                    await SetWaitAsync(connection, "0", cancellationToken).ConfigureAwait(false);
                    await first(cancellationToken).ConfigureAwait(false);
                }

                begun = Stopwatch.GetTimestamp();
                await WaitForAsync(connection, WaitAfter(waited, patience), cancellationToken).ConfigureAwait(false);
                var done = await work(cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return done;
            }
            catch (Exception fault) when (begun is not null && IsBusy(fault))
            {
                waited += Stopwatch.GetElapsedTime(begun.Value);
                if (patience != Timeout.InfiniteTimeSpan && waited >= patience)
                {
                    throw;
                }

                pause = TimeSpan.FromTicks(Math.Min((pause * (1 + Random.Shared.NextDouble())).Ticks, LongWait.Ticks));
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                waited += pause;
            }
        }
    }

    /// <summary>Does the same without a limit on a connection of a store; on one of the caller in its transaction, once.</summary>
    public static Task RunAsync(ConnectionSource connections, Func<ConnectionSource.Lease, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        return connections.UseAsync(
            (lease, token) => connections.IsPool
                ? RunAsync(lease.Connection, Timeout.InfiniteTimeSpan, null, within => WorkAsync(lease, within), token)
                : work(lease, token),
            cancellationToken);

        async Task<bool> WorkAsync(ConnectionSource.Lease lease, CancellationToken token)
        {
            await work(lease, token).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>How long the next lock is waited for, after some waiting.</summary>
    public static TimeSpan WaitAfter(TimeSpan waited, TimeSpan patience)
    {
        var wait = waited < ShortWaits ? ShortWait : LongWait;
        return patience == Timeout.InfiniteTimeSpan || wait < patience - waited ? wait : patience - waited;
    }

    /// <summary>Sets for the rest of a transaction how long a lock is waited for.</summary>
    public static Task WaitForAsync(NpgsqlConnection connection, TimeSpan wait, CancellationToken cancellationToken) =>
        SetWaitAsync(connection, $"{Math.Max((long)wait.TotalMilliseconds, 1)}ms", cancellationToken);

    // Zero is without a limit.
    private static async Task SetWaitAsync(NpgsqlConnection connection, string wait, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("lock_wait"), connection);
        await using var _ = command.ConfigureAwait(false);
        await command.WithText(wait).ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    // A fault may be wrapped in one that names what was done.
    private static bool IsBusy(Exception fault) => (fault as PostgresException ?? fault.InnerException as PostgresException)?.SqlState is
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected;
}
