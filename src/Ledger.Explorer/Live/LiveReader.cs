using System.Runtime.CompilerServices;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;

namespace Ledger.Explorer.Live;

/// <summary>Reads for a single client the updates that it cannot share: what it missed, or what passes its own filter.</summary>
/// <remarks>There is no gap between two updates, and none before the first.</remarks>
internal sealed class LiveReader
{
    private readonly ExplorerServices _explorer;
    private readonly Run _run;
    private readonly EventFilter _filter;
    private readonly int _most;
    private readonly long _shown;

    private LiveReader(ExplorerServices explorer, Run run, EventFilter filter, int most, bool isShared, long shown)
    {
        (_explorer, _run, _filter, _most, IsShared, _shown) = (explorer, run, filter, most, isShared, shown);
    }

    /// <summary>Whether the client takes the same updates as all others.</summary>
    public bool IsShared { get; }

    /// <summary>All events, for a page, which is told only how many there were if it is far behind.</summary>
    /// <param name="explorer">The explorer.</param>
    /// <param name="run">The run or branch.</param>
    /// <param name="shown">The most events that it shows at once.</param>
    public static LiveReader OfPage(ExplorerServices explorer, Run run, long shown) =>
        new(explorer, run, EventFilter.None, LiveUpdate.MostEvents, isShared: true, shown);

    /// <summary>The events that the query of a program wants, every one of them.</summary>
    /// <exception cref="BadRequestException">The query has an end.</exception>
    public static LiveReader OfProgram(ExplorerRequest request, Run run)
    {
        var filter = EventFilter.Of(request.Query);
        if (filter.Until is not null || request.Query.Position("to") is not null)
        {
            throw new BadRequestException("'to' and 'until' end a list, but live events have no end. Ask for application/json or application/x-ndjson instead.");
        }

        var most = request.Query.Number("limit", LiveUpdate.MostEvents, 1, 1_000);
        return new LiveReader(request.Explorer, run, filter, most, filter.IsEmpty && most == LiveUpdate.MostEvents, long.MaxValue);
    }

    /// <summary>Where the client begins: not before the first event that its filter allows.</summary>
    public async Task<Position> BeginAsync(Position from, CancellationToken cancellationToken)
    {
        var since = _filter.Since is { } time ? await EventReader.BeforeAsync(_run, time, cancellationToken).ConfigureAwait(false) : from;
        return since > from ? since : from;
    }

    /// <summary>The updates from one position to another.</summary>
    public async IAsyncEnumerable<LiveUpdate> ReadAsync(Position from, Position to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (to.Value - from.Value > _shown)
        {
            var last = new Position(to.Value - _shown);
            yield return new LiveUpdate(_run.StreamName, from, last, []);
            from = last;
        }

        while (from < to)
        {
            var update = _filter.IsEmpty
                ? await LiveUpdate.ReadAsync(_run, from, to, _most, cancellationToken).ConfigureAwait(false)
                : await FindAsync(from, to, cancellationToken).ConfigureAwait(false);
            if (update.Length <= from)
            {
                yield break;
            }

            yield return update;
            from = update.Length;
        }
    }

    private async Task<LiveUpdate> FindAsync(Position from, Position to, CancellationToken cancellationToken)
    {
        var page = await _explorer.Search.FindEventsAsync(_run.History, _filter.ToQuery(from, to, _most), cancellationToken).ConfigureAwait(false);
        return new LiveUpdate(_run.StreamName, from, page.IsLast || page.Next > to ? to : page.Next, page.Events);
    }
}
