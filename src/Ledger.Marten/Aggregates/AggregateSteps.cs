using System.Text.Json;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Ledger.Projections;
using Marten;
using MartenExceptions = Marten.Exceptions;

namespace Ledger.Marten.Aggregates;

/// <summary>Folds an aggregate by Marten, event by event; what is not saved in a session does not count.</summary>
/// <param name="store">The document store.</param>
/// <param name="history">The run, branch or other stream.</param>
/// <param name="isOfHistories">Whether that of a branch begins with the state of its parent; else the events that it shares change nothing.</param>
internal sealed class AggregateSteps<T>(IDocumentStore store, StreamName history, bool isOfHistories) : IStepFold
    where T : class
{
    private const long Ahead = 100;

    private long _passed;
    private bool _isBegun;
    private T? _state;
    private string? _json;
    private Dictionary<long, IEvent> _read = [];
    private StreamName _readOf;

    public ValueTask PassAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        // The state is folded at once when it is asked for.
        _passed += isOfHistories || recorded.Stream == history ? 1 : 0;
        return ValueTask.CompletedTask;
    }

    public async ValueTask<StepParts> TakeAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        if (!isOfHistories && recorded.Stream != history)
        {
            return default;
        }

        var session = store.QuerySession();
        await using var _ = session.ConfigureAwait(false);
        if (!_isBegun)
        {
            await BeginAsync(session, cancellationToken).ConfigureAwait(false);
        }

        var before = _json;
        string? fault = null;
        try
        {
            var known = ((StoreOptions)store.Options).Projections.AggregatorFor<T>();
            var aggregator = known is HistoryProjection<T> ofHistories ? ofHistories.Own : known;
            var read = await ReadAsync(session, recorded, cancellationToken).ConfigureAwait(false);
            Keep(await aggregator.BuildAsync([read], session, _state, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is ApplyEventException or EventDeserializationFailureException or UnknownEventTypeException
            or MartenExceptions.EventDeserializationFailureException or MartenExceptions.UnknownEventTypeException)
        {
            // The application's methods may have changed a part of it.
            fault = (exception.InnerException ?? exception).Message;
            _state = before is null ? null : Read(before);
        }

        return new StepParts(ElementOf(before), ElementOf(_json), fault);
    }

    private async Task BeginAsync(IQuerySession session, CancellationToken cancellationToken)
    {
        _isBegun = true;
        if (_passed == 0)
        {
            return;
        }

        if (isOfHistories)
        {
            var writable = store.LightweightSession();
            await using var _ = writable.ConfigureAwait(false);
            Keep(await new SessionAggregates(writable).AggregateAsync<T>(history, new Position(_passed), cancellationToken).ConfigureAwait(false));
            return;
        }

        Keep(await session.Events.AggregateStreamAsync<T>(history.Value, _passed, token: cancellationToken).ConfigureAwait(false));
    }

    private async Task<IEvent> ReadAsync(IQuerySession session, RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var version = recorded.Version.Value;
        if (_readOf != recorded.Stream || !_read.ContainsKey(version))
        {
            var part = new HistoryPart(recorded.Stream.Value, version, version + Ahead - 1);
            var read = await HistoryEvents.ReadAsync(session, [part], SkippedEvents.None(), cancellationToken).ConfigureAwait(false);
            (_readOf, _read) = (recorded.Stream, read[0].ToDictionary(e => e.Version));
        }

        return _read[version];
    }

    private void Keep(T? state)
    {
        if (state is not null)
        {
            StateIdentity.Set(store, state, history.Value);
        }

        (_state, _json) = (state, state is null ? null : store.Options.Serializer().ToJson(state));
    }

    private T Read(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        return store.Options.Serializer().FromJson<T>(stream);
    }

    private static JsonElement ElementOf(string? json) => json is null ? default : JsonElement.Parse(json);
}
