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
internal sealed class HistoryFold<T>(
    IQuerySession session, IAggregator<T, IQuerySession> aggregator, StoredStates<T>? documents, StreamName history, SkippedEvents skipped)
    where T : class
{
    private const long PageSize = 10_000;

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
        for (; index < segments.Count; index++)
        {
            state = await FoldAsync(state, segments[index], after, cancellationToken).ConfigureAwait(false);
            after = 0;
        }

        return state;
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

    private async Task<T?> FoldAsync(T? state, LineageSegment segment, long after, CancellationToken cancellationToken)
    {
        for (var folded = after; folded < segment.Taken;)
        {
            var (first, last) = (folded + 1, Math.Min(folded + PageSize, segment.Taken));
            var read = await HistoryEvents.ReadAsync(session, segment.Stream, first, last, skipped, cancellationToken).ConfigureAwait(false);
            Check(segment.Stream, first, last, read);
            var events = read.Where(e => !skipped.Contains(segment.Stream, e.Version)).ToList();
            state = await aggregator.BuildAsync(events, session, state, cancellationToken).ConfigureAwait(false);
            folded = last;
        }

        return state;
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
