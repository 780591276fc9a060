namespace Ledger.Log;

/// <summary>Starts work that many callers share, without the execution context of the caller that happens to start it.</summary>
/// <remarks>
/// The context carries the ambient transaction, the activity, the culture and every AsyncLocal: one caller's must not reach the requests of
/// another. https://learn.microsoft.com/dotnet/api/system.threading.executioncontext.suppressflow
/// </remarks>
internal static class SharedWork
{
    /// <summary>Runs it on the thread pool, in the default context.</summary>
    public static Task Run(Func<Task> work)
    {
        using var _ = Suppress();
        return Task.Run(work, CancellationToken.None);
    }

    /// <inheritdoc cref="Run(Func{Task})"/>
    public static Task<T> Run<T>(Func<Task<T>> work)
    {
        using var _ = Suppress();
        return Task.Run(work, CancellationToken.None);
    }

    /// <summary>Makes a timer that ticks in the default context.</summary>
    public static ITimer CreateTimer(TimeProvider timeProvider, TimerCallback callback, object state, TimeSpan period)
    {
        using var _ = Suppress();
        return timeProvider.CreateTimer(callback, state, period, period);
    }

    private static AsyncFlowControl? Suppress() => ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
}
