using System.Runtime.CompilerServices;

namespace Ledger.Runs;

/// <summary>Finds events of one history, and of the histories that were merged into it, by their ids.</summary>
internal sealed class EventLookup(Run run)
{
    // Bounds a query and what it returns at once.
    private const int IdsPerQuery = 1_000;

    private MergedEvents? _merged;

    public CauseScope Scope { get; } = new(run.History);

    /// <summary>Reads the history, or a part of it, counted as the run's other reads are.</summary>
    public IAsyncEnumerable<RecordedEvent> ReadAsync(Position from, Position? to, CancellationToken cancellationToken) =>
        run.ReadAsync(from, to, cancellationToken);

    /// <summary>Whether an event of a merged history was found.</summary>
    public bool FoundMerged { get; private set; }

    /// <summary>Reads the events that merges have brought into the history, with no positions; nothing if there was no merge.</summary>
    public async IAsyncEnumerable<RecordedEvent> ReadMergedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var merged = await MergedAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var recorded in run.Observed(merged.ReadAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            yield return recorded;
        }
    }

    /// <summary>The events that are part of the history, with their positions, and those that merges have brought into it, without.</summary>
    public async Task<List<RecordedEvent>> FindAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new List<RecordedEvent>();
        foreach (var batch in ids.Chunk(IdsPerQuery))
        {
            var events = await run.Store.FindEventsAsync(batch, cancellationToken).ConfigureAwait(false);
            await foreach (var recorded in run.Observed(events.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false))
            {
                if (Scope.Place(recorded) is { } placed)
                {
                    found.Add(placed);
                }
                else if ((await MergedAsync(cancellationToken).ConfigureAwait(false)).Contains(recorded))
                {
                    FoundMerged = true;
                    found.Add(recorded);
                }
            }
        }

        return found;
    }

    // Asked for only when an event is not in the history itself: most histories have no merges.
    private async ValueTask<MergedEvents> MergedAsync(CancellationToken cancellationToken) =>
        _merged ??= await MergedEvents.LoadAsync(run, Scope, cancellationToken).ConfigureAwait(false);

    /// <summary>The event that a text stands for: a foreign id, the nearest first, or an event's own id; null when there is none.</summary>
    public async Task<RecordedEvent?> FindAsync(string text, CancellationToken cancellationToken) =>
        (await FindAllAsync(text, cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The event of the history itself that a text stands for.</summary>
    public async Task<RecordedEvent?> FindOwnAsync(string text, CancellationToken cancellationToken) =>
        (await FindAllAsync(text, cancellationToken).ConfigureAwait(false)).FirstOrDefault(e => e.Position is not null);

    private async Task<IEnumerable<RecordedEvent>> FindAllAsync(string text, CancellationToken cancellationToken)
    {
        var candidates = Scope.Candidates(text).ToList();
        var found = await FindAsync(candidates, cancellationToken).ConfigureAwait(false);
        return found.OrderBy(e => candidates.IndexOf(e.Id));
    }

    /// <summary>Makes a trace of ids in order; those without an event are missing.</summary>
    public async Task<CausalTrace> TraceAsync(
        IReadOnlyList<(string Text, Guid? Id, int Distance)> steps,
        IReadOnlyDictionary<Guid, RecordedEvent> known,
        CancellationToken cancellationToken)
    {
        var unread = steps.Where(s => s.Id is { } id && !known.ContainsKey(id)).Select(s => s.Id!.Value);
        var read = (await FindAsync(unread, cancellationToken).ConfigureAwait(false)).ToDictionary(e => e.Id);
        return new CausalTrace(run.StreamName, [.. steps.Select(s => EntryOf(s.Text, s.Distance, EventOf(s.Id)))]);

        RecordedEvent? EventOf(Guid? id) =>
            id is { } wanted ? known.GetValueOrDefault(wanted) ?? read.GetValueOrDefault(wanted) : null;
    }

    private static TraceEntry EntryOf(string text, int distance, RecordedEvent? recorded) =>
        new(recorded is null ? text : recorded.Metadata.ForeignId ?? recorded.Id.ToString(), distance, recorded);
}
