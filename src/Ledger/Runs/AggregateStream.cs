using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Runs;

/// <summary>The state of a stream, and the right to append what was decided on it.</summary>
/// <remarks>Immutable. It is valid for the version at which it was fetched: after any other append, fetch again.</remarks>
public sealed class AggregateStream<T>
    where T : class
{
    private readonly IEventStore _store;

    internal AggregateStream(IEventStore store, StreamName stream, AggregateState<T> state)
    {
        _store = store;
        Stream = stream;
        State = state.State;
        Version = state.Version;
    }

    /// <summary>The stream.</summary>
    public StreamName Stream { get; }

    /// <summary>The state; with no events, the aggregate's initial one.</summary>
    public T State { get; }

    /// <summary>The version of the state; for a branch, that of its own stream.</summary>
    public StreamVersion Version { get; }

    /// <summary>Appends, if no other writer has since.</summary>
    /// <param name="events">The events: each an event record, or a <see cref="NewEvent"/> with its own id or metadata.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="WrongExpectedVersionException">Another writer was faster: fetch and decide again.</exception>
    public Task<AppendResult> AppendAsync(IReadOnlyList<object> events, CancellationToken cancellationToken = default) =>
        _store.AppendAsync(Stream, ExpectedVersion.Exactly(Version), events, cancellationToken);
}
