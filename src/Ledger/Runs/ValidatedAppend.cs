using Ledger.Events;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Appends events that the fold has taken before: decided on one length of the history, written only at that length.</summary>
internal sealed class ValidatedAppend
{
    private readonly Run _run;
    private readonly IEventStore _store;
    private readonly IReadOnlyList<NewEvent> _events;
    private readonly (Guid Id, string Type, ReadOnlyMemory<byte> Json)[] _written;
    private readonly HashSet<Guid> _unseen;
    private readonly WorldFold _fold = new();

    public ValidatedAppend(Run run, IEventStore store, IReadOnlyList<NewEvent> events)
    {
        _run = run;
        _store = store;
        _events = events;
        _written = new (Guid, string, ReadOnlyMemory<byte>)[events.Count];
        for (var i = 0; i < _written.Length; i++)
        {
            var serialized = store.Registry.Write(events[i]);
            _written[i] = (events[i].IdIn(run.StreamName), serialized.Type, serialized.Json);
        }

        _unseen = [.. _written.Select(w => w.Id)];
    }

    public async Task<AppendResult> RunAsync(Position? expectedLength, CancellationToken cancellationToken)
    {
        while (true)
        {
            await TakeTailAsync(cancellationToken).ConfigureAwait(false);
            var length = _fold.Position;
            if (_unseen.Count > 0 && expectedLength is { } wanted && length < wanted)
            {
                // Another writer might reach the expected length with events that the fold has not seen.
                throw new WrongExpectedVersionException(_run.StreamName, ExpectedAt(wanted), VersionAt(length));
            }

            // Events that are there already were decided on when they were written; the store answers as it did then, or refuses.
            if (_unseen.Count > 0 && (expectedLength ?? length) == length)
            {
                Try();
            }

            try
            {
                return await _store.AppendAsync(_run.StreamName, ExpectedAt(expectedLength ?? length), _events, cancellationToken).ConfigureAwait(false);
            }
            catch (WrongExpectedVersionException) when (expectedLength is null)
            {
                // Someone else was faster: what they wrote is folded too, and the events are tried again behind it.
            }
        }
    }

    private async Task TakeTailAsync(CancellationToken cancellationToken)
    {
        await foreach (var recorded in _run.ReadAsync(_fold.Position, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            _fold.Apply(recorded);
            _unseen.Remove(recorded.Id);
        }
    }

    private void Try()
    {
        var trial = new WorldFold(_fold.ToWorld());
        for (var i = 0; i < _written.Length; i++)
        {
            var (id, type, json) = _written[i];
            if (trial.TryApply(type, json) is { } refusal)
            {
                throw trial.FaultOf(refusal, id, _events[i].Metadata.ForeignId, type);
            }
        }
    }

    private ExpectedVersion ExpectedAt(Position length) => ExpectedVersion.Exactly(VersionAt(length));

    private StreamVersion VersionAt(Position length) => new(length.Value - _run.History.PrefixLength.Value);
}
