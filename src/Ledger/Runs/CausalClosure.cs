using Ledger.Log;

namespace Ledger.Runs;

/// <summary>What events follow from, and that from what, within the part of a history that another one lacks.</summary>
/// <remarks>One reading of the part, up to the last of the events; ids and causes are kept, no data.</remarks>
internal sealed class CausalClosure
{
    private readonly CauseScope _scope;
    private readonly Dictionary<Guid, EventLinks> _links = [];

    private CausalClosure(History history) => _scope = new CauseScope(history);

    /// <summary>Reads the causes of events in that part.</summary>
    public static async Task<CausalClosure> LoadAsync(
        Run source,
        Position from,
        IReadOnlyCollection<RecordedEvent> events,
        CancellationToken cancellationToken)
    {
        var closure = new CausalClosure(source.History);
        var to = events.Count == 0 ? Position.Start : new Position(events.Max(e => e.Position!.Value.Value) + 1);
        if (from < to)
        {
            await foreach (var recorded in source.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
            {
                closure._links.Add(recorded.Id, CauseScope.LinksOf(recorded));
            }
        }

        return closure;
    }

    /// <summary>The ids of events and of their causes in that part, without known ones and what only these follow from.</summary>
    public HashSet<Guid> Of(IEnumerable<Guid> events, IReadOnlyCollection<Guid> known)
    {
        var passed = known.ToHashSet();
        var closure = new HashSet<Guid>();
        var open = new Queue<Guid>();
        Add(events.Where(_links.ContainsKey));
        while (open.TryDequeue(out var effect))
        {
            foreach (var (_, candidates) in _scope.CausesOf(_links[effect]))
            {
                Add(candidates.Where(_links.ContainsKey).Take(1));
            }
        }

        return closure;

        void Add(IEnumerable<Guid> ids)
        {
            foreach (var id in ids.Where(id => !passed.Contains(id) && closure.Add(id)))
            {
                open.Enqueue(id);
            }
        }
    }
}
