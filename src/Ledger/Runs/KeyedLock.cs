namespace Ledger.Runs;

/// <summary>Lets the callers of one key in one after the other, in the order of their coming.</summary>
internal sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Task> _last = [];

    public async Task<T> TakeAsync<T>(TKey key, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_last)
        {
            before = _last.GetValueOrDefault(key);
            _last[key] = mine.Task;
        }

        try
        {
            if (before is not null)
            {
                await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            return await action().ConfigureAwait(false);
        }
        finally
        {
            _ = EndAsync(key, before, mine);
        }
    }

    // Who gives up waiting still lets the next one in only when the one before has left.
    private async Task EndAsync(TKey key, Task? before, TaskCompletionSource mine)
    {
        await (before ?? Task.CompletedTask).ConfigureAwait(false);
        lock (_last)
        {
            if (_last.GetValueOrDefault(key) == mine.Task)
            {
                _last.Remove(key);
            }
        }

        mine.SetResult();
    }
}
