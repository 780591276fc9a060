using JasperFx.Events;
using JasperFx.Events.Aggregation;
using JasperFx.Events.Daemon;
using Ledger.Log;
using Marten;

namespace Ledger.Marten.Aggregates;

/// <summary>Folds parts of histories by Marten's aggregator, from the events that Marten reads.</summary>
/// <param name="session">Reads the events, in its transaction if it has one.</param>
/// <param name="aggregator">Folds the events of one stream; it does not see that a branch continues others.</param>
/// <param name="documents">The stored states to begin with, or null.</param>
/// <param name="history">The run or branch.</param>
/// <param name="skipped">The events that are left out.</param>
/// <param name="enrich">Changes the events before they are folded, or null.</param>
internal sealed class HistoryFold<T>(
    IQuerySession session,
    IAggregator<T, IQuerySession> aggregator,
    StoredStates<T>? documents,
    StreamName history,
    SkippedEvents skipped,
    HistoryFold<T>.Enrichment? enrich = null)
    where T : class
{
    private const long PageSize = 10_000;
    private const int MostParts = 16;

    /// <summary>Changes events of a stream before they are folded, by what the session reads.</summary>
    public delegate Task<IReadOnlyList<IEvent>> Enrichment(
        IQuerySession session, string stream, IReadOnlyList<IEvent> events, CancellationToken cancellationToken);

    /// <summary>The state after the first events of a history; null if they make none.</summary>
    /// <param name="segments">The events: the first ones of several streams, in their order.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BrokenHistoryException">An event is missing.</exception>
    public async Task<T?> FoldAsync(IReadOnlyList<LineageSegment> segments, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await FoldOnceAsync(segments, cancellationToken).ConfigureAwait(false);
            }
            catch (ApplyEventException fault) when (skipped.TryAdd(fault))
            {
                // From the beginning, because the event may have changed a part of the state.
            }
        }
    }

    private async Task<T?> FoldOnceAsync(IReadOnlyList<LineageSegment> segments, CancellationToken cancellationToken)
    {
        var (state, index, after) = await FindStartAsync(segments, cancellationToken).ConfigureAwait(false);
        foreach (var parts in Pages(segments, index, after))
        {
            var read = await HistoryEvents.ReadAsync(session, parts, skipped, cancellationToken).ConfigureAwait(false);
            foreach (var (part, events) in parts.Zip(read))
            {
                state = await FoldAsync(state, part, events, cancellationToken).ConfigureAwait(false);
            }
        }

        return state;
    }

    // Several short segments are one page.
    private static IEnumerable<IReadOnlyList<HistoryPart>> Pages(IReadOnlyList<LineageSegment> segments, int index, long after)
    {
        var (page, events) = (new List<HistoryPart>(), 0L);
        for (; index < segments.Count; index++, after = 0)
        {
            for (var (first, taken) = (after + 1, segments[index].Taken); first <= taken;)
            {
                var part = new HistoryPart(segments[index].Stream, first, Math.Min(first + PageSize - events - 1, taken));
                page.Add(part);
                (events, first) = (events + part.Count, part.Last + 1);
                if (events == PageSize || page.Count == MostParts)
                {
                    yield return page;
                    (page, events) = ([], 0);
                }
            }
        }

        if (page.Count > 0)
        {
            yield return page;
        }
    }

    // The document of a stream contains all segments before it, and is of use unless it is newer than the segment.
    private async Task<(T? State, int Index, long After)> FindStartAsync(
        IReadOnlyList<LineageSegment> segments, CancellationToken cancellationToken)
    {
        for (var i = segments.Count - 1; i >= 0 && documents is not null; i--)
        {
            if (await documents.FindAsync(session, segments[i], cancellationToken).ConfigureAwait(false) is { } found)
            {
                return (found.State, i, found.Version);
            }
        }

        return (null, 0, 0);
    }

    private async Task<T?> FoldAsync(T? state, HistoryPart part, IReadOnlyList<IEvent> read, CancellationToken cancellationToken)
    {
        Check(part.Stream, part.First, part.Last, read);
        IReadOnlyList<IEvent> events = [.. read.Where(e => !skipped.Contains(part.Stream, e.Version))];
        if (enrich is not null && events.Count > 0)
        {
            events = await enrich(session, part.Stream, events, cancellationToken).ConfigureAwait(false);
        }

        return await aggregator.BuildAsync(events, session, state, cancellationToken).ConfigureAwait(false);
    }

    private void Check(string stream, long first, long last, IReadOnlyList<IEvent> events)
    {
        var index = 0;
        for (var version = first; version <= last; version++)
        {
            if (index < events.Count && events[index].Version == version)
            {
                index++;
            }
            else if (!skipped.Contains(stream, version))
            {
                throw new BrokenHistoryException(history, new StreamName(stream), new StreamVersion(version));
            }
        }
    }
}
