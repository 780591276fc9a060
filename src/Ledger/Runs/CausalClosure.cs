namespace Ledger.Runs;

/// <summary>What events follow from, and that from what, within the part of a history that another one lacks.</summary>
/// <remarks>One reading of the part, up to the last of the events; ids and causes are kept, no data.</remarks>
internal sealed class CausalClosure(Run source, Position from)
{
    private readonly CauseScope _scope = new(source.History);

    /// <summary>The ids of the events and of their causes in that part.</summary>
    public async Task<HashSet<Guid>> FindAsync(IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var closure = events.Select(e => e.Id).ToHashSet();
        if (closure.Count == 0)
        {
            return closure;
        }

        var links = new Dictionary<Guid, EventLinks>();
        var to = new Position(events.Max(e => e.Position!.Value.Value) + 1);
        await foreach (var recorded in source.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
        {
            links.Add(recorded.Id, CauseScope.LinksOf(recorded));
        }

        var open = new Queue<Guid>(closure);
        while (open.TryDequeue(out var effect))
        {
            foreach (var (_, candidates) in _scope.CausesOf(links[effect]))
            {
                foreach (var cause in candidates.Where(links.ContainsKey).Take(1).Where(closure.Add))
                {
                    open.Enqueue(cause);
                }
            }
        }

        return closure;
    }
}
