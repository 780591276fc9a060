namespace Ledger.Postgres.Tests.Log;

/// <summary>A clock in which waiting takes no time but counts: a timer is due at once, and the clock then shows when it was due.</summary>
internal sealed class QuickTimeProvider : TimeProvider
{
    private long _now;

    /// <summary>How long was waited, in all.</summary>
    public TimeSpan Waited => TimeSpan.FromTicks(Volatile.Read(ref _now));

    /// <summary>What happens each time before a wait has ended.</summary>
    public Action<TimeSpan>? Waiting { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <summary>Moves the clock forwards.</summary>
    public void Move(TimeSpan span) => Interlocked.Add(ref _now, span.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        Move(dueTime);
        Waiting?.Invoke(Waited);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
