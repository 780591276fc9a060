using Ledger.Branches;
using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Causality;

/// <summary>Finds events of one history by their ids.</summary>
internal sealed class EventLookup(IEventStore store, History history)
{
    // Bounds a query and what it returns at once.
    private const int IdsPerQuery = 1_000;

    public IEventStore Store => store;

    public History History => history;

    public CauseScope Scope { get; } = new(history);

    /// <summary>The events that are part of the history, with their positions.</summary>
    public async Task<List<RecordedEvent>> FindAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new List<RecordedEvent>();
        foreach (var batch in ids.Chunk(IdsPerQuery))
        {
            foreach (var recorded in await store.FindEventsAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                if (Scope.Place(recorded) is { } placed)
                {
                    found.Add(placed);
                }
            }
        }

        return found;
    }

    /// <summary>The event that a text stands for: a foreign id, the nearest first, or an event's own id; null when there is none.</summary>
    public async Task<RecordedEvent?> FindAsync(string text, CancellationToken cancellationToken)
    {
        var candidates = Scope.Candidates(text).ToList();
        var found = await FindAsync(candidates, cancellationToken).ConfigureAwait(false);
        return found.MinBy(e => candidates.IndexOf(e.Id));
    }

    /// <summary>Makes a trace of ids in order; those without an event are missing.</summary>
    public async Task<CausalTrace> TraceAsync(
        IReadOnlyList<(string Text, Guid? Id, int Distance)> steps,
        IReadOnlyDictionary<Guid, RecordedEvent> known,
        CancellationToken cancellationToken)
    {
        var unread = steps.Where(s => s.Id is { } id && !known.ContainsKey(id)).Select(s => s.Id!.Value);
        var read = (await FindAsync(unread, cancellationToken).ConfigureAwait(false)).ToDictionary(e => e.Id);
        return new CausalTrace(history.Stream, [.. steps.Select(s => EntryOf(s.Text, s.Distance, EventOf(s.Id)))]);

        RecordedEvent? EventOf(Guid? id) =>
            id is { } wanted ? known.GetValueOrDefault(wanted) ?? read.GetValueOrDefault(wanted) : null;
    }

    private static TraceEntry EntryOf(string text, int distance, RecordedEvent? recorded) =>
        new(recorded is null ? text : recorded.Metadata.ForeignId ?? recorded.Id.ToString(), distance, recorded);
}
