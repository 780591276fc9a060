using JasperFx.Events;
using Marten;

namespace Ledger.Marten.Aggregates;

/// <summary>A run or branch that was fetched to decide on: what is appended to it is saved with the session, at the version of its state.</summary>
/// <remarks>Marten's own would create a stream without events, which a started run is already.</remarks>
internal sealed class HistoryStream<T> : IEventStream<T>
    where T : class
{
    private readonly IDocumentSession _session;
    private readonly string _stream;
    private long _version;
    private StreamAction _action;

    public HistoryStream(IDocumentSession session, StreamName stream, long version, T? aggregate, CancellationToken cancellation)
    {
        (_session, _stream, _version) = (session, stream.Value, version);
        (Aggregate, Cancellation) = (aggregate, cancellation);
        _action = Append([]);
    }

    public T? Aggregate { get; }

    public long? StartingVersion => _version;

    public long? CurrentVersion => _version + _action.Events.Count;

    public CancellationToken Cancellation { get; }

    public Guid Id => Guid.Empty;

    public string? Key => _stream;

    public IReadOnlyList<IEvent> Events => _action.Events;

    public bool AlwaysEnforceConsistency
    {
        get => _action.AlwaysEnforceConsistency;
        set => _action.AlwaysEnforceConsistency = value;
    }

    public void AppendOne(object @event) => AppendMany(@event);

    public void AppendMany(params object[] events) => _action = Append(events);

    public void AppendMany(IEnumerable<object> events) => AppendMany([.. events]);

    public void TryFastForwardVersion()
    {
        if (!_session.PendingChanges.Streams().Contains(_action))
        {
            _version += _action.Events.Count;
            _action = Append([]);
        }
    }

    // The session may have appended to the stream or fetched it already, and gives the same action then: the oldest state that something was decided on counts.
    private StreamAction Append(object[] events)
    {
        var action = _session.Events.Append(_stream, events);
        action.ExpectedVersionOnServer = Math.Min(action.ExpectedVersionOnServer ?? _version, _version);
        return action;
    }
}
