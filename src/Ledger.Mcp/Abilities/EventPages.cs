using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Mcp.Abilities;

/// <summary>Pages of the events of a history that a query wants, from the front or from the end.</summary>
/// <remarks>A page looks at a bounded number of events; one that found too few says where to go on.</remarks>
internal sealed class EventPages(Run run, ILogSearch search, Position length, EventQuery wanted)
{
    private const int MostExamined = 50_000;
    private const int Step = 100;
    private const int Window = 2_000;

    private static readonly EventQuery Everything = new();

    /// <summary>The first events that match, from a position on.</summary>
    public async Task<EventsPage> ReadAsync(Position from, Position to, int limit, CancellationToken cancellationToken)
    {
        var page = new Page();
        var next = from;
        while (next < to && next.Value - from.Value < MostExamined)
        {
            var query = wanted with { From = next, To = to, Limit = Math.Min(Step, limit - page.Events.Count), Reach = MostExamined };
            var found = await search.FindEventsAsync(run.History, query, cancellationToken).ConfigureAwait(false);
            foreach (var recorded in found.Events)
            {
                if (!page.TryAdd(recorded))
                {
                    return page.Of(length, recorded.Position!.Value.Value, null);
                }
            }

            next = found.IsLast ? to : found.Next;
            if (page.Events.Count == limit)
            {
                break;
            }
        }

        return page.Of(length, next < to ? next.Value : null, null);
    }

    /// <summary>The last events that match before a position, in their order.</summary>
    public async Task<EventsPage> ReadLastAsync(Position from, Position to, int count, CancellationToken cancellationToken)
    {
        var page = new Page();
        var end = to.Value;
        while (end > from.Value && to.Value - end < MostExamined)
        {
            var begin = Math.Max(from.Value, end - (wanted == Everything ? count - page.Events.Count : Window));
            foreach (var recorded in (await FindAllAsync(begin, end, cancellationToken).ConfigureAwait(false)).Reverse())
            {
                if (!page.TryAdd(recorded))
                {
                    return page.Reversed().Of(length, null, page.Events[^1].Position);
                }

                if (page.Events.Count == count)
                {
                    var first = recorded.Position!.Value.Value;
                    return page.Reversed().Of(length, null, first > from.Value ? first : null);
                }
            }

            end = begin;
        }

        return page.Reversed().Of(length, null, end > from.Value ? end : null);
    }

    private async Task<IReadOnlyList<RecordedEvent>> FindAllAsync(long from, long to, CancellationToken cancellationToken)
    {
        var query = wanted with { From = new Position(from), To = new Position(to), Limit = Window, Reach = Window };
        return (await search.FindEventsAsync(run.History, query, cancellationToken).ConfigureAwait(false)).Events;
    }

    private sealed class Page
    {
        private long _bytes;

        public List<EventContract> Events { get; private init; } = [];

        public bool TryAdd(RecordedEvent recorded)
        {
            var item = ToolPage.Fit(EventContract.Of(recorded));
            _bytes += ToolPage.SizeOf(item, ContractContext.Default.EventContract);
            if (Events.Count > 0 && _bytes > ToolPage.MostBytes)
            {
                return false;
            }

            Events.Add(item);
            return true;
        }

        public Page Reversed() => new() { Events = [.. Events.AsEnumerable().Reverse()] };

        public EventsPage Of(Position length, long? next, long? before) => new(Events, length.Value, next, before);
    }
}
