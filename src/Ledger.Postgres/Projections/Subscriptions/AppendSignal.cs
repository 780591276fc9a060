namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>Tells a waiting reader that events were appended; told before, the next wait ends at once. Safe for concurrent use.</summary>
internal sealed class AppendSignal(TimeProvider timeProvider)
{
    private TaskCompletionSource _told = Create();

    public void Set() => Volatile.Read(ref _told).TrySetResult();

    /// <summary>Waits until it is told, or for a time. One waits at a time.</summary>
    public async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var told = Volatile.Read(ref _told);
        await Task.WhenAny(told.Task, Task.Delay(time, timeProvider, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (told.Task.IsCompleted)
        {
            Volatile.Write(ref _told, Create());
        }
    }

    // The caller is in the middle of reading from a connection.
    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
