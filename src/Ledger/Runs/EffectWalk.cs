namespace Ledger.Runs;

/// <summary>Walks from an event to what it caused, what that caused, and so on, in one reading of the history.</summary>
/// <remarks>There is no index from causes to effects: every append would pay for it. Ids and causes are kept while it reads, no data.</remarks>
internal sealed class EffectWalk(EventLookup lookup)
{
    private readonly HashSet<Guid> _ids = [];
    private readonly List<EventLinks> _effects = [];
    private readonly Dictionary<Guid, List<Guid>> _effectsByCause = [];

    public async Task<CausalTrace> RunAsync(RecordedEvent start, CancellationToken cancellationToken)
    {
        await TakeAsync(lookup.ReadAsync(Position.Start, null, cancellationToken)).ConfigureAwait(false);
        await TakeAsync(lookup.ReadMergedAsync(cancellationToken)).ConfigureAwait(false);
        Index();
        var known = new Dictionary<Guid, RecordedEvent> { [start.Id] = start };
        return await lookup.TraceAsync(Order(start.Id), known, cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeAsync(IAsyncEnumerable<RecordedEvent> events)
    {
        await foreach (var recorded in events.ConfigureAwait(false))
        {
            _ids.Add(recorded.Id);
            if (recorded.Metadata.Causes.Count + recorded.Metadata.ForeignCauses.Count > 0)
            {
                _effects.Add(CauseScope.LinksOf(recorded));
            }
        }
    }

    // When all ids are known, because a cause may come later than its effect.
    private void Index()
    {
        foreach (var effect in _effects)
        {
            foreach (var (_, candidates) in lookup.Scope.CausesOf(effect))
            {
                foreach (var cause in candidates.Where(_ids.Contains).Take(1))
                {
                    if (!_effectsByCause.TryGetValue(cause, out var effects))
                    {
                        _effectsByCause.Add(cause, effects = []);
                    }

                    effects.Add(effect.Id);
                }
            }
        }
    }

    private List<(string Text, Guid? Id, int Distance)> Order(Guid start)
    {
        var steps = new List<(string Text, Guid? Id, int Distance)> { (start.ToString(), start, 0) };
        var visited = new HashSet<Guid> { start };
        for (var i = 0; i < steps.Count; i++)
        {
            foreach (var effect in _effectsByCause.GetValueOrDefault(steps[i].Id!.Value, []).Where(visited.Add))
            {
                steps.Add((effect.ToString(), effect, steps[i].Distance + 1));
            }
        }

        return steps;
    }
}
