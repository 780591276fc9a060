using Ledger.Forgetting;
using Ledger.Json;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>Reads the world of a run at any position, fast enough for scrubbing and with a bounded result.</summary>
/// <remarks>
/// Stored rows answer if there are any, except at the beginning of a run, where most rows belong to later positions and would be skipped.
/// The beginning, or without rows the whole run, is folded once, and some worlds are cached: a step folds from the nearest earlier one. What was
/// cached before a payload of the history was masked is dropped; in a store that encrypts, whose keys are forgotten without an event, it is dropped after seconds. Safe
/// for concurrent use.
/// </remarks>
internal sealed class WorldSource(AgentLedger ledger, TimeProvider? timeProvider = null)
{
    private const int MostRuns = 4;
    private const int Beginning = 20_000;

    private static readonly TimeSpan LifeOfDecrypted = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly ILogSearch _search = LogSearch.Of(ledger.Store);

    private readonly Lock _gate = new();
    private readonly LinkedList<WorldTrail> _trails = [];

    private bool HasRows => ledger.Store.Get<IWorldReader>() is not null;

    /// <summary>The world after a number of events, limited to what a page can show.</summary>
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

    /// <summary>How two worlds differ: from the one to the other.</summary>
    public async Task<WorldDiff> DiffAsync(Run a, Position atA, Run b, Position atB, CancellationToken cancellationToken) => HasRows
        ? await a.DiffAsync(b, atA, atB, cancellationToken).ConfigureAwait(false)
        : WorldDiff.Between(await GetAsync(a, atA, cancellationToken).ConfigureAwait(false), await GetAsync(b, atB, cancellationToken).ConfigureAwait(false));

    /// <summary>The objects that match a filter, sorted by id.</summary>
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

    /// <summary>The relations that match a filter, sorted by id.</summary>
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

    /// <summary>An object with its neighbours.</summary>
    public async Task<ObjectSurroundings> ReadAroundAsync(Run run, string id, Position at, CancellationToken cancellationToken)
    {
        var found = await ReadRelationsAsync(run, new RelationFilter { ObjectId = id }, at, cancellationToken)
            .Take(ObjectSurroundings.Most + 1).ToListAsync(cancellationToken).ConfigureAwait(false);
        var relations = found.Take(ObjectSurroundings.Most).ToList();
        var isDrawn = relations.Count <= ObjectSurroundings.MostDrawn;
        if (HasRows)
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

    /// <summary>The events skipped by the world after a number of events.</summary>
    public async Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(Run run, Position at, CancellationToken cancellationToken) => IsFolded(at)
        ? (await GetAsync(run, at, cancellationToken).ConfigureAwait(false)).Faults
        : await run.GetFaultsAsync(at, cancellationToken).ConfigureAwait(false);

    /// <summary>The ids of the given relations that dangle after a number of events.</summary>
    public async Task<IReadOnlySet<string>> FindDanglingAsync(
        Run run, IReadOnlyList<Relation> relations, Position at, CancellationToken cancellationToken)
    {
        if (relations.Count == 0)
        {
            return new HashSet<string>();
        }

        Func<string, bool> exists;
        if (IsFolded(at))
        {
            var world = await GetAsync(run, at, cancellationToken).ConfigureAwait(false);
            exists = id => world.FindObject(id) is not null;
        }
        else
        {
            var ends = relations.SelectMany(r => new[] { r.SourceId, r.TargetId }).Distinct(StringComparer.Ordinal).ToArray();
            exists = (await run.FindPresentAsync(ends, at, cancellationToken).ConfigureAwait(false)).Ids.Contains;
        }

        return relations.Where(r => !exists(r.SourceId) || !exists(r.TargetId)).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The whole world after a number of events.</summary>
    public async Task<World> GetAsync(Run run, Position at, CancellationToken cancellationToken) => IsFolded(at)
        ? await TrailOf(run, await CountMaskedAsync(run, cancellationToken).ConfigureAwait(false)).GetAsync(at, cancellationToken).ConfigureAwait(false)
        : await run.GetWorldAsync(at, cancellationToken).ConfigureAwait(false);

    private bool IsFolded(Position at) => !HasRows || at.Value <= Beginning;

    /// <summary>How often payloads of a history were masked.</summary>
    private async Task<long> CountMaskedAsync(Run run, CancellationToken cancellationToken)
    {
        var streams = run.History.Lineage.Select(segment => new StreamName(segment.Stream)).Append(run.StreamName);
        var masked = await _search.GetStreamsAsync([.. streams.Select(EventMasked.StreamOf).Distinct()], cancellationToken).ConfigureAwait(false);
        return masked.Sum(stream => stream.Version.Value);
    }

    private WorldTrail TrailOf(Run run, long masked)
    {
        var now = _timeProvider.GetTimestamp();
        lock (_gate)
        {
            var known = _trails.FirstOrDefault(t => t.Stream == run.StreamName);
            if (known is not null)
            {
                _trails.Remove(known);
            }

            var found = known is not null && known.Masked == masked
                && (ledger.Store.Get<EncryptingEventStore>() is null || _timeProvider.GetElapsedTime(known.Since, now) < LifeOfDecrypted)
                ? known
                : new WorldTrail(run, masked, now);
            _trails.AddFirst(found);
            if (_trails.Count > MostRuns)
            {
                _trails.RemoveLast();
            }

            return found;
        }
    }
}
