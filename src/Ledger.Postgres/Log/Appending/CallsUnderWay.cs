namespace Ledger.Postgres.Log.Appending;

/// <summary>Counts the calls that have begun, so that closing can refuse later ones and wait for these.</summary>
internal sealed class CallsUnderWay
{
    private const long Closed = 1L << 62;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;

    /// <summary>Completes when it is closed and every call has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Counts a call; false when it is closed.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) < Closed)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Counts the work that continues after a call returns; the call itself is still counted.</summary>
    public void EnterAgain() => Interlocked.Increment(ref _count);

    /// <summary>Ends a call that entered.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == Closed)
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Refuses further calls; done twice is done once.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _count, Closed) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
