using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Appends events that the world takes: decided on one length of the history, written only at that length.</summary>
internal sealed class ValidatedAppend
{
    // So many ids are a good batch of a look-up.
    private const int IdsAtOnce = 1_000;

    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    private readonly Run _run;
    private readonly IEventStore _store;
    private readonly IReadOnlyList<NewEvent> _events;
    private readonly (string Type, ReadOnlyMemory<byte> Json)[] _written;
    private WorldFold? _fold;

    public ValidatedAppend(Run run, IEventStore store, IReadOnlyList<NewEvent> events)
    {
        _run = run;
        _store = store;
        _events = events;
        _written = new (string, ReadOnlyMemory<byte>)[events.Count];
        for (var i = 0; i < _written.Length; i++)
        {
            var serialized = store.Registry.Write(events[i]);
            _written[i] = (serialized.Type, serialized.Json);
        }
    }

    public async Task<AppendResult> RunAsync(Position? expectedLength, CancellationToken cancellationToken)
    {
        var batch = WorldEventBatch.Of(_written);
        if (batch.Needed.Count == 0 && batch.FindFault(None) is null)
        {
            // Such events apply at any length.
            return await AppendAsync(expectedLength, cancellationToken).ConfigureAwait(false);
        }

        (WrongExpectedVersionException Conflict, Position Length)? before = null;
        while (true)
        {
            var present = await LookAsync(batch.Needed, cancellationToken).ConfigureAwait(false);
            var length = present.Position;
            if (before is { } last && last.Length == length)
            {
                // A transaction or session sees no more than when it began, and would try without an end.
                throw last.Conflict;
            }

            if (expectedLength is { } wanted && wanted != length)
            {
                // Past the expected length the store can only report a conflict, or repeat the first answer for events that it has.
                return wanted < length || await AreThereAsync(cancellationToken).ConfigureAwait(false)
                    ? await AppendAsync(wanted, cancellationToken).ConfigureAwait(false)
                    : throw new WrongExpectedVersionException(_run.StreamName, ExpectedAt(wanted), VersionAt(length));
            }

            if (batch.FindFault(present.Ids) is { } fault && !await AreThereAsync(cancellationToken).ConfigureAwait(false))
            {
                throw RefusalOf(fault, length);
            }

            try
            {
                return await AppendAsync(length, cancellationToken).ConfigureAwait(false);
            }
            catch (WrongExpectedVersionException conflict) when (expectedLength is null)
            {
                // Another writer was faster; the events are tried again after what it wrote.
                before = (conflict, length);
            }
        }
    }

    private WorldFaultException RefusalOf((int Index, WorldFault Fault, string Reason, string? ObjectId) fault, Position length)
    {
        var refused = _events[fault.Index];
        var skipped = new SkippedEvent(
            new Position(length.Value + fault.Index),
            refused.IdIn(_run.StreamName),
            refused.Metadata.ForeignId,
            _written[fault.Index].Type,
            fault.Fault,
            fault.Reason);
        return new WorldFaultException(skipped, _run.StreamName, fault.ObjectId);
    }

    /// <summary>Looks the objects up: one query of the rows if the store has them, else a fold, which continues where it stopped.</summary>
    private async Task<PresentObjects> LookAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (_store.Get<IWorldReader>() is { } rows)
        {
            return await rows.FindPresentAsync(_run.History, ids, null, cancellationToken).ConfigureAwait(false);
        }

        _fold ??= new WorldFold(await new FoldingWorldReader(_store).GetWorldAsync(_run.History, null, cancellationToken).ConfigureAwait(false));
        await foreach (var recorded in _run.ReadAsync(_fold.Position, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            _fold.Apply(recorded);
        }

        return new PresentObjects(_fold.Position, ids.Where(id => _fold.FindObject(id) is not null).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Whether the history has the events already: they were decided on when they were written, and the store answers as it did then.</summary>
    private async Task<bool> AreThereAsync(CancellationToken cancellationToken)
    {
        var ids = _events.Select(e => e.IdIn(_run.StreamName)).ToArray();
        foreach (var part in ids.Take(1).Chunk(1).Concat(ids.Skip(1).Chunk(IdsAtOnce)))
        {
            var found = await _store.FindEventsAsync(part, cancellationToken).ConfigureAwait(false);
            if (found.Count(e => e.Stream == _run.StreamName) < part.Length)
            {
                return false;
            }
        }

        return true;
    }

    private Task<AppendResult> AppendAsync(Position? length, CancellationToken cancellationToken) =>
        _store.AppendAsync(_run.StreamName, length is { } at ? ExpectedAt(at) : ExpectedVersion.Any, _events, cancellationToken);

    private ExpectedVersion ExpectedAt(Position length) => ExpectedVersion.Exactly(VersionAt(length));

    private StreamVersion VersionAt(Position length) => new(length.Value - _run.History.PrefixLength.Value);
}
