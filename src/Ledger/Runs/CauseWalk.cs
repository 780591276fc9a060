namespace Ledger.Runs;

/// <summary>Walks from an event to its causes, their causes, and so on, in a bounded number of queries.</summary>
/// <remarks>
/// The first levels are looked up by id, one batch a level: most events have few. A longer walk, such as a chain through a whole run,
/// would take a query an event that way, so it reads the history backwards in pages instead, since causes come before their effects,
/// and remembers the causes of the events it passes, so that no page is read twice.
/// </remarks>
internal sealed class CauseWalk(EventLookup lookup)
{
    private const int LevelsByLookup = 8;
    private const int EventsPerPage = 1_000;

    private readonly Dictionary<Guid, RecordedEvent> _events = [];
    private readonly Dictionary<Guid, EventLinks> _links = [];
    private readonly Dictionary<Guid, EventLinks> _passed = [];
    private readonly HashSet<Guid> _wanted = [];
    private readonly HashSet<Guid> _pending = [];
    private bool _hasReadMerged;

    public async Task<CausalTrace> RunAsync(RecordedEvent start, CancellationToken cancellationToken)
    {
        _wanted.Add(start.Id);
        Keep(start);
        for (var level = 0; level < LevelsByLookup && _pending.Count > 0; level++)
        {
            await LookUpAsync(cancellationToken).ConfigureAwait(false);
        }

        await ReadMergedAsync(cancellationToken).ConfigureAwait(false);
        if (_pending.Count > 0)
        {
            await ReadBackwardAsync(cancellationToken).ConfigureAwait(false);
        }

        return await lookup.TraceAsync(Order(start), _events, cancellationToken).ConfigureAwait(false);
    }

    private async Task LookUpAsync(CancellationToken cancellationToken)
    {
        var ids = _pending.ToArray();
        _pending.Clear();
        foreach (var recorded in await lookup.FindAsync(ids, cancellationToken).ConfigureAwait(false))
        {
            Keep(recorded);
        }
    }

    private async Task ReadBackwardAsync(CancellationToken cancellationToken)
    {
        var end = _events.Values.Max(e => e.Position is { } at ? at.Value + 1 : 0);
        for (var to = end; to > 0 && _pending.Count > 0; to -= EventsPerPage)
        {
            var page = new List<RecordedEvent>();
            var from = new Position(Math.Max(to - EventsPerPage, 0));
            await foreach (var recorded in ReadAsync(from, new Position(to), cancellationToken).ConfigureAwait(false))
            {
                page.Add(recorded);
            }

            for (var i = page.Count - 1; i >= 0; i--)
            {
                Pass(page[i]);
            }
        }

        // What is left is in a history that was merged, or missing, or comes later than its effect.
        await LookUpAsync(cancellationToken).ConfigureAwait(false);
        await ReadMergedAsync(cancellationToken).ConfigureAwait(false);
        if (_pending.Count > 0)
        {
            await foreach (var recorded in ReadAsync(new Position(end), null, cancellationToken).ConfigureAwait(false))
            {
                Pass(recorded);
            }
        }
    }

    // Once: what is passed is remembered.
    private async Task ReadMergedAsync(CancellationToken cancellationToken)
    {
        if (_pending.Count == 0 || !lookup.FoundMerged || _hasReadMerged)
        {
            return;
        }

        _hasReadMerged = true;
        await foreach (var recorded in lookup.ReadMergedAsync(cancellationToken).ConfigureAwait(false))
        {
            Pass(recorded);
        }
    }

    private IAsyncEnumerable<RecordedEvent> ReadAsync(Position from, Position? to, CancellationToken cancellationToken) =>
        lookup.ReadAsync(from, to, cancellationToken);

    private void Pass(RecordedEvent recorded)
    {
        if (_pending.Remove(recorded.Id))
        {
            Keep(recorded);
        }
        else if (!_links.ContainsKey(recorded.Id))
        {
            _passed[recorded.Id] = CauseScope.LinksOf(recorded);
        }
    }

    private void Keep(RecordedEvent recorded)
    {
        _events[recorded.Id] = recorded;
        var open = new Queue<EventLinks>([CauseScope.LinksOf(recorded)]);
        while (open.TryDequeue(out var links))
        {
            _links[links.Id] = links;
            foreach (var id in lookup.Scope.CausesOf(links).SelectMany(c => c.Candidates).Where(_wanted.Add))
            {
                if (_passed.Remove(id, out var passed))
                {
                    open.Enqueue(passed);
                }
                else
                {
                    _pending.Add(id);
                }
            }
        }
    }

    private List<(string Text, Guid? Id, int Distance)> Order(RecordedEvent start)
    {
        var steps = new List<(string Text, Guid? Id, int Distance)> { (start.Id.ToString(), start.Id, 0) };
        var visited = new HashSet<Guid> { start.Id };
        var missing = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Id is not { } effect)
            {
                continue;
            }

            foreach (var (text, candidates) in lookup.Scope.CausesOf(_links[effect]))
            {
                Guid? cause = candidates.Where(_links.ContainsKey).Select(id => (Guid?)id).FirstOrDefault();
                if (cause is { } id ? visited.Add(id) : missing.Add(text))
                {
                    steps.Add((text, cause, steps[i].Distance + 1));
                }
            }
        }

        return steps;
    }
}
