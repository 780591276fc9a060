using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>Releases a caller that cancels, even when the network is dead and nothing answers.</summary>
/// <remarks>
/// A server that can be reached answers a cancellation at once, and the call ends with that answer. After a short wait without one, the caller is told that it
/// is cancelled; the work ends by itself and releases its resources.
/// </remarks>
internal static class Promptly
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Does something that owns everything that it uses.</summary>
    /// <param name="work">What to do; it may still run when the call has ended.</param>
    /// <param name="timeProvider">The clock of the moment.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled ? RunCancellableAsync(work, timeProvider, cancellationToken) : work(cancellationToken);

    /// <summary>Waits for work that is running, with a token of a <see cref="CancellationRelay"/>, and that owns everything that it uses.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; it may still run.</exception>
    public static Task<T> WaitAsync<T>(Task<T> running, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        running.IsCompletedSuccessfully ? running : WaitCancellableAsync(running, timeProvider, cancellationToken);

    /// <summary>A failure of the connection that cancelling led to.</summary>
    public static bool IsCancellation(Exception fault, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && fault is NpgsqlException and not PostgresException;

    private static Task<T> RunCancellableAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        WaitCancellableAsync(WorkAsync(work, cancellationToken), timeProvider, cancellationToken);

    private static async Task<T> WaitCancellableAsync<T>(Task<T> running, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            await ((Task)running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!running.IsCompleted)
            {
                await ((Task)running).WaitAsync(Grace, timeProvider, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!running.IsCompleted)
            {
                _ = running.ContinueWith(
                    static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return await running.ConfigureAwait(false);
        }
        catch (Exception fault) when (IsCancellation(fault, cancellationToken) || (fault is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new OperationCanceledException(null, fault, cancellationToken);
        }
    }

    private static async Task<T> WorkAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var relay = new CancellationRelay(cancellationToken);
        return await work(relay.Token).ConfigureAwait(false);
    }
}
