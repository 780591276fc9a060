using Ledger.Postgres.Log;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The mark of a node, shared by its shards, which wait for it to move. Safe for concurrent use.</summary>
internal sealed class MarkSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _value;
    private long _drawn = long.MaxValue;
    private long _newest;
    private long _wakes;

    /// <summary>The mark.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>How often waiting shards were woken.</summary>
    public long Wakes => Volatile.Read(ref _wakes);

    /// <summary>Records the last numbers of the log, and wakes waiting shards if numbers went back or are inconsistent.</summary>
    public void Note(LogNumbers numbers)
    {
        var before = Volatile.Read(ref _drawn);
        Volatile.Write(ref _newest, numbers.Newest);
        Volatile.Write(ref _drawn, numbers.Drawn);
        if (numbers.Drawn < before)
        {
            Wake();
        }
    }

    /// <summary>Whether a shard at a position should check the numbers of the log before it continues.</summary>
    public bool IsSuspect(long position) => Volatile.Read(ref _drawn) is var drawn && (position > drawn || Volatile.Read(ref _newest) > drawn);

    /// <summary>Sets the mark, and wakes waiting shards.</summary>
    public void Set(long value)
    {
        Volatile.Write(ref _value, value);
        Wake();
    }

    /// <summary>Wakes waiting shards, even if the mark has not moved.</summary>
    public void Wake()
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            moved = _moved;
            _wakes++;
            _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.SetResult();
    }

    /// <summary>Waits until the mark is after a number, or a wake-up tells the caller to look again.</summary>
    /// <param name="position">The number.</param>
    /// <param name="wakes">What <see cref="Wakes"/> was before the caller looked. A wake since then counts, so that none is missed
    /// between the look and the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(long position, long wakes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Value > position || _wakes != wakes ? Task.CompletedTask : _moved.Task.WaitAsync(cancellationToken);
        }
    }
}
