using Ledger.Log;

namespace Ledger.Explorer.Runs;

/// <summary>Reads pages of a run's events.</summary>
internal static class EventReader
{
    // A page of very large events ends early; the next one continues.
    private const long MostBytes = 16 * 1024 * 1024;

    /// <summary>The events that match a filter, from a position on.</summary>
    public static async Task<EventPage> ReadAsync(
        ExplorerServices explorer, Run run, EventFilter filter, Position from, Position length, int limit, CancellationToken cancellationToken)
    {
        if (filter.IsEmpty)
        {
            var to = new Position(Math.Min(length.Value, from.Value + limit));
            return await ReadAllAsync(run, from, to, length, cancellationToken).ConfigureAwait(false);
        }

        if (filter.Since is { } since)
        {
            var start = await BeforeAsync(run, since, cancellationToken).ConfigureAwait(false);
            from = from < start ? start : from;
        }

        Position? end = filter.Until is { } until
            ? await BeforeAsync(run, until, cancellationToken).ConfigureAwait(false)
            : null;
        return await explorer.Search.FindEventsAsync(run.History, filter.ToQuery(from, end, limit), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How many events of a run were recorded before a time.</summary>
    // The log counts microseconds; an event at exactly this time does not lie before it.
    public static Task<Position> BeforeAsync(Run run, DateTimeOffset time, CancellationToken cancellationToken) =>
        run.FindPositionAsync(time.UtcTicks > TimeSpan.TicksPerMicrosecond ? time.AddMicroseconds(-1) : time, cancellationToken);

    private static async Task<EventPage> ReadAllAsync(
        Run run, Position from, Position to, Position length, CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        var (next, bytes) = (from.Value, 0L);
        await foreach (var recorded in run.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
        {
            events.Add(recorded);
            next++;
            bytes += recorded.Json.Length;
            if (bytes > MostBytes)
            {
                break;
            }
        }

        return new EventPage(events, new Position(next), next >= length.Value);
    }
}
