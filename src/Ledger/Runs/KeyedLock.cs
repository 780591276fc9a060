namespace Ledger.Runs;

/// <summary>Admits the callers of one key one at a time, in order of arrival.</summary>
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

    // A caller that gives up waiting still admits the next only after the one before has left.
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
