using System.Collections.Concurrent;
using Ledger.Json;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>What pages show of the world of a run at any position: fast enough to scrub, and bounded however large the world is.</summary>
/// <remarks>
/// Where the store keeps rows they answer, but for the beginning of a run: there most rows are of things to come, and would be passed over.
/// The beginning, and elsewhere the whole run, is folded once, and worlds on the way are kept: a step folds from the nearest before it. Safe
/// for concurrent use.
/// </remarks>
internal sealed class WorldSource(AgentLedger ledger)
{
    private const int MostRuns = 4;
    private const int MostFaults = 1_000;
    private const int Beginning = 20_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<WorldTrail> _trails = [];
    private readonly ConcurrentDictionary<StreamName, KnownFault> _faults = [];

    private bool KeepsRows => ledger.Store is IWorldReader { KeepsRows: true };

    /// <summary>Asks of the world at a position; before an event that cannot be applied where one lies on the way.</summary>
    /// <remarks>Such an event never changes, so it is remembered: to find it a history is folded.</remarks>
    public async Task<(T Answer, KnownFault? Fault)> AskAsync<T>(Run run, Position at, Func<Position, Task<T>> ask)
    {
        if (_faults.TryGetValue(run.StreamName, out var fault) && fault.Position < at)
        {
            return (await ask(fault.Position).ConfigureAwait(false), fault);
        }

        try
        {
            return (await ask(at).ConfigureAwait(false), null);
        }
        catch (WorldFaultException exception)
        {
            fault = new KnownFault(exception.Position, exception.Message);
        }

        if (_faults.Count >= MostFaults)
        {
            _faults.Clear();
        }

        _faults[run.StreamName] = fault;
        return (await ask(fault.Position).ConfigureAwait(false), fault);
    }

    /// <summary>The world after so many events, or as much of it as a page can show.</summary>
    /// <exception cref="WorldFaultException">An event before the position cannot be applied.</exception>
    public async Task<WorldExtract> ReadAsync(Run run, Position at, CancellationToken cancellationToken)
    {
        if (IsFolded(at))
        {
            return WorldExtract.Of(await GetAsync(run, at, cancellationToken).ConfigureAwait(false));
        }

        const int Wanted = WorldExtract.Most + 1;
        var objects = await run.ReadObjectsAsync(at: at, cancellationToken: cancellationToken)
            .Take(Wanted).ToListAsync(cancellationToken).ConfigureAwait(false);
        var relations = await run.ReadRelationsAsync(at: at, cancellationToken: cancellationToken)
            .Take(Wanted).ToListAsync(cancellationToken).ConfigureAwait(false);
        return new WorldExtract(
            [.. objects.Take(WorldExtract.Most)],
            objects.Count == Wanted,
            [.. relations.Take(WorldExtract.Most)],
            relations.Count == Wanted,
            await run.IsBudgetExhaustedAsync(at, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The objects that a filter wants, by id.</summary>
    public async IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        Run run,
        ObjectFilter filter,
        Position at,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var objects = IsFolded(at)
            ? (await GetAsync(run, at, cancellationToken).ConfigureAwait(false)).Objects
                .Where(filter.Wants).OrderBy(o => o.Id, CodePointComparer.Instance).ToAsyncEnumerable()
            : run.ReadObjectsAsync(filter, at, cancellationToken);
        await foreach (var item in objects.ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>The relations that a filter wants, by id.</summary>
    public async IAsyncEnumerable<Relation> ReadRelationsAsync(
        Run run,
        RelationFilter filter,
        Position at,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var relations = IsFolded(at)
            ? (await GetAsync(run, at, cancellationToken).ConfigureAwait(false)).Relations
                .Where(filter.Wants).OrderBy(r => r.Id, CodePointComparer.Instance).ToAsyncEnumerable()
            : run.ReadRelationsAsync(filter, at, cancellationToken);
        await foreach (var item in relations.ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>An object with what is next to it.</summary>
    /// <exception cref="WorldFaultException">An event before the position cannot be applied.</exception>
    public async Task<ObjectSurroundings> ReadAroundAsync(Run run, string id, Position at, CancellationToken cancellationToken)
    {
        var found = await ReadRelationsAsync(run, new RelationFilter { ObjectId = id }, at, cancellationToken)
            .Take(ObjectSurroundings.Most + 1).ToListAsync(cancellationToken).ConfigureAwait(false);
        var relations = found.Take(ObjectSurroundings.Most).ToList();
        var isDrawn = relations.Count <= ObjectSurroundings.MostDrawn;
        if (KeepsRows)
        {
            var item = await run.FindObjectAsync(id, at, cancellationToken).ConfigureAwait(false);
            var around = isDrawn && relations.Count > 0
                ? (await run.GetNeighbourhoodAsync(id, 1, at, cancellationToken).ConfigureAwait(false)).Objects.Select(n => n.State).OfType<WorldObject>()
                : [];
            return new ObjectSurroundings(item, relations, found.Count > relations.Count, [.. around.Where(o => o.Id != id)]);
        }

        var world = await GetAsync(run, at, cancellationToken).ConfigureAwait(false);
        var ends = isDrawn
            ? relations.SelectMany(r => new[] { r.SourceId, r.TargetId }).Distinct(StringComparer.Ordinal).Where(end => end != id)
            : [];
        return new ObjectSurroundings(
            world.FindObject(id), relations, found.Count > relations.Count, [.. ends.Select(world.FindObject).OfType<WorldObject>()]);
    }

    /// <summary>The whole world after so many events.</summary>
    /// <exception cref="WorldFaultException">An event before the position cannot be applied.</exception>
    public Task<World> GetAsync(Run run, Position at, CancellationToken cancellationToken) =>
        IsFolded(at) ? TrailOf(run).GetAsync(at, cancellationToken) : run.GetWorldAsync(at, cancellationToken);

    private bool IsFolded(Position at) => !KeepsRows || at.Value <= Beginning;

    private WorldTrail TrailOf(Run run)
    {
        lock (_gate)
        {
            var found = _trails.FirstOrDefault(t => t.Stream == run.StreamName) ?? new WorldTrail(run);
            _trails.Remove(found);
            _trails.AddFirst(found);
            if (_trails.Count > MostRuns)
            {
                _trails.RemoveLast();
            }

            return found;
        }
    }
}
