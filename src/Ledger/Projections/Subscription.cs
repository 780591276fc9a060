namespace Ledger.Projections;

/// <summary>Code that receives events at least once each, in log order.</summary>
/// <remarks>
/// <para>Immutable. Its position is stored under its name, so it continues where it stopped, on any node. The position advances after the code has run: after
/// a crash the last events are delivered again, so the code must be idempotent; use the event's id to detect repeats.</para>
/// <para>Events are delivered one at a time, or several in a batch. After an exception the event is tried again, and later ones wait; what becomes of it then say <see cref="Retries"/>,
/// <see cref="RetryDelay"/> and <see cref="KeepsDeadLetters"/>, else the daemon's options, which stop the subscription after three retries in about a second.</para>
/// <code>
/// var mails = new Subscription("mails", (recorded, cancellationToken) => mailer.SendAsync(recorded, cancellationToken))
/// {
///     Filter = new EventFilter { StreamPrefix = "run:", Types = ["budget.exhausted"] },
///     Start = SubscriptionStart.Present,
/// };
/// </code>
/// </remarks>
public sealed class Subscription
{
    private const int MaxEvents = 10_000;

    /// <summary>Declares a subscription.</summary>
    /// <param name="name">Its name, under which its position is stored: 1 to 200 characters, without <c>:</c>, different from every projection's.</param>
    /// <param name="handle">Handles each event; its token is cancelled when the node stops or loses the subscription to another node.</param>
    public Subscription(string name, Func<RecordedEvent, CancellationToken, Task> handle)
    {
        ProjectionNames.Check(name);
        ArgumentNullException.ThrowIfNull(handle);
        Name = name;
        Handle = handle;
    }

    /// <summary>Declares a subscription to which several events are delivered at once.</summary>
    /// <remarks>If a batch fails, its events are delivered in batches of one, so that only the one at fault is held back; those of the batch may come twice.</remarks>
    /// <param name="name">Its name, under which its position is stored: 1 to 200 characters, without <c>:</c>, different from every projection's.</param>
    /// <param name="mostEvents">The most events of a batch, from 1 to 10,000. A batch has those that are there; none is waited for.</param>
    /// <param name="handle">Handles the events, in log order; its token is cancelled when the node stops or loses the subscription to another node.</param>
    public Subscription(string name, int mostEvents, Func<IReadOnlyList<RecordedEvent>, CancellationToken, Task> handle)
    {
        ProjectionNames.Check(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostEvents, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mostEvents, MaxEvents);
        ArgumentNullException.ThrowIfNull(handle);
        Name = name;
        Handle = (recorded, cancellationToken) => handle([recorded], cancellationToken);
        (MostEvents, HandleBatch) = (mostEvents, handle);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The events to deliver. Default: all.</summary>
    public EventFilter Filter
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }
    = EventFilter.All;

    /// <summary>Where it begins if it has no position yet. Default: <see cref="SubscriptionStart.Beginning"/>.</summary>
    public SubscriptionStart Start
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }
    = SubscriptionStart.Beginning;

    /// <summary>How often an event is tried again after its first failure, from 0 to 1,000. Default: null, as the daemon's options say.</summary>
    public int? Retries
    {
        get;
        init
        {
            if (value is { } times)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(times);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(times, 1_000);
            }

            field = value;
        }
    }

    /// <summary>The pause before the first retry, which doubles with each, up to half a minute; more than zero and at most a minute. Default: null, as the daemon's options say.</summary>
    public TimeSpan? RetryDelay
    {
        get;
        init
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromMinutes(1));
            }

            field = value;
        }
    }

    /// <summary>Whether an event that failed after all retries is kept as a dead letter and skipped; if false, the subscription stops before it. Default: null, as the daemon's options say.</summary>
    public bool? KeepsDeadLetters { get; init; }

    /// <summary>The code that handles an event.</summary>
    public Func<RecordedEvent, CancellationToken, Task> Handle { get; }

    /// <summary>The most events that are handled at once.</summary>
    internal int MostEvents { get; } = 1;

    /// <summary>The code that handles several events; null where each is handled alone.</summary>
    internal Func<IReadOnlyList<RecordedEvent>, CancellationToken, Task>? HandleBatch { get; }
}
