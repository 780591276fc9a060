namespace Ledger.Projections;

/// <summary>Code that is told of events, each at least once, in the order of the log.</summary>
/// <remarks>
/// <para>Immutable. Its position is kept under its name, so it goes on where it was, on whatever node. It is moved on behind the code: after
/// a crash the last events come again, so what the code does should bear being done twice; the event's id tells.</para>
/// <para>One event at a time is handed over. An exception is retried, and then dealt with as the daemon's options say.</para>
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
    /// <param name="name">Its name, which keeps its position: 1 to 200 characters, without <c>:</c>; no projection has it.</param>
    /// <param name="handle">Is given each event, and a token that says when the node stops or has lost the subscription to another.</param>
    public Subscription(string name, Func<RecordedEvent, CancellationToken, Task> handle)
    {
        ProjectionNames.Check(name);
        ArgumentNullException.ThrowIfNull(handle);
        Name = name;
        Handle = handle;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Which events: default all.</summary>
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

    /// <summary>Where it begins while it has no position: default <see cref="SubscriptionStart.Beginning"/>.</summary>
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

    /// <summary>What is told of the events.</summary>
    public Func<RecordedEvent, CancellationToken, Task> Handle { get; }
}
