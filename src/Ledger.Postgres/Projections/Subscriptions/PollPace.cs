namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>How often the sequence is looked at: continuously while events arrive, seldom when idle, because then a NOTIFY wakes the node.</summary>
internal sealed class PollPace(TimeProvider timeProvider)
{
    // Events often arrive in bursts, and the first after a pause pays for the wake-up.
    private static readonly TimeSpan Restless = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WithoutListen = TimeSpan.FromMilliseconds(100);

    private long? _lastEvent;

    /// <summary>How long a wait may be at most; what is due more often is done between two.</summary>
    public static TimeSpan Longest => Long;

    /// <summary>Whether events came a moment ago.</summary>
    public bool IsActive => _lastEvent is { } last && timeProvider.GetElapsedTime(last) < Restless;

    /// <summary>Takes note that something was appended.</summary>
    public void Note() => _lastEvent = timeProvider.GetTimestamp();

    /// <summary>Waits until it is time to look again, on the connection that looks.</summary>
    public Task WaitAsync(NodeSession session, CancellationToken cancellationToken) =>
        IsActive ? Task.Delay(Short, timeProvider, cancellationToken) : session.WaitAsync(Pause(session), cancellationToken);

    /// <summary>Waits until the next poll is due, or an append is reported.</summary>
    public Task WaitAsync(AppendSignal appended, NodeSession session, CancellationToken cancellationToken) =>
        appended.WaitAsync(IsActive ? Short : Pause(session), cancellationToken);

    private static TimeSpan Pause(NodeSession session) => session.IsDirect ? Long : WithoutListen;
}
