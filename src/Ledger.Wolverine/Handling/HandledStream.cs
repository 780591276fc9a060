using JasperFx.Events;
using Ledger.Log;
using Ledger.Wolverine.Forwarding;

namespace Ledger.Wolverine.Handling;

/// <summary>A stream that a handler decides on: its state, its version, and the events that the handler has given for it so far.</summary>
/// <param name="name">The stream.</param>
/// <param name="state">The state passed to the handler.</param>
/// <param name="version">The version of the state.</param>
/// <param name="cancellation">The token of the handling.</param>
internal sealed class HandledStream<T>(StreamName name, T state, StreamVersion version, CancellationToken cancellation)
    : IEventStream<T>, IHandledStream
    where T : notnull
{
    private readonly List<object> _appended = [];

    public StreamName Name => name;

    public StreamVersion Version => version;

    public IReadOnlyList<object> Appended => _appended;

    public bool AlwaysEnforceConsistency { get; set; }

    T IEventStream<T>.Aggregate => state;

    long? IEventStream<T>.StartingVersion => version.Value;

    long? IEventStream<T>.CurrentVersion => version.Value + _appended.Count;

    CancellationToken IEventStream<T>.Cancellation => cancellation;

    Guid IEventStream<T>.Id => Guid.Empty;

    string IEventStream<T>.Key => name.Value;

    IReadOnlyList<IEvent> IEventStream<T>.Events => [.. _appended.Select(EventEnvelopes.Wrap)];

    // A handler that returns null has decided on no event.
    public void AppendOne(object? @event)
    {
        if (@event is not null)
        {
            _appended.Add(@event);
        }
    }

    public void AppendMany(params object[] events) => AppendMany(events.AsEnumerable());

    public void AppendMany(IEnumerable<object>? events)
    {
        foreach (var item in events ?? [])
        {
            AppendOne(item);
        }
    }

    void IEventStream<T>.TryFastForwardVersion() =>
        throw new NotSupportedException("A handler's stream is saved once. Fetch it again for another transaction.");
}
