namespace Ledger.Projections;

/// <summary>Code that receives events at least once each, in log order.</summary>
/// <remarks>
/// <para>Immutable. Its position is stored under its name, so it continues where it stopped, on any node. The position advances after the code has run: after
/// a crash the last events are delivered again, so the code must be idempotent; use the event's id to detect repeats.</para>
/// <para>Events are delivered one at a time. After an exception the event is retried, then treated according to the daemon's options.</para>
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

    /// <summary>The code that handles the events.</summary>
    public Func<RecordedEvent, CancellationToken, Task> Handle { get; }
}
