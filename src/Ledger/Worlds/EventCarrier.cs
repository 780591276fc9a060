using System.Text.Json;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Applies events of one history to the world of another, in order: each is merged as the change from the world before it to the world after it.</summary>
/// <remarks>
/// Of both worlds it holds what the events touch, and no more. An event with an open conflict changes nothing, and the next one is compared with the world
/// without it. Not safe for concurrent use.
/// </remarks>
/// <param name="reader">Reads both worlds.</param>
/// <param name="target">The history that the events are applied to.</param>
/// <param name="length">Its length.</param>
/// <param name="source">The history that has the events.</param>
/// <param name="decide">Decides a conflict of an event, or returns null.</param>
internal sealed class EventCarrier(
    MergeReader reader,
    History target,
    Position length,
    History source,
    Func<Guid, MergeConflict, CancellationToken, ValueTask<MergeDecision?>> decide)
{
    private readonly HashSet<WorldEntity> _followed = [];
    private PartialWorld _ours = new(EntitySet.Empty);
    private WorldFold _theirs = new();
    private EntitySetters? _ourSetters;

    /// <summary>What becomes of each event, by its id; one that no world can apply is not among them.</summary>
    /// <param name="events">The events of objects and relations, in the order of the source's history, with their positions.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<Dictionary<Guid, CarriedChange>> RunAsync(IReadOnlyList<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var carried = new Dictionary<Guid, CarriedChange>();
        if (events.Count == 0)
        {
            return carried;
        }

        var (from, to) = (events[0].Position!.Value, new Position(events[^1].Position!.Value.Value + 1));
        await LoadAsync(events, from, cancellationToken).ConfigureAwait(false);
        var wanted = events.Select(e => e.Id).ToHashSet();
        await foreach (var recorded in reader.ReadChangesAsync(source, Followed(), from, to, cancellationToken).ConfigureAwait(false))
        {
            if (WorldEntity.Of(recorded) is not { } entity || !_followed.Contains(entity))
            {
                continue;
            }

            var before = InTheirs(entity);
            if (_theirs.Take(recorded) && wanted.Contains(recorded.Id))
            {
                carried.Add(recorded.Id, await CarryAsync(recorded, entity, before, cancellationToken).ConfigureAwait(false));
            }
        }

        return carried;
    }

    private async Task LoadAsync(IReadOnlyList<RecordedEvent> events, Position from, CancellationToken cancellationToken)
    {
        var (made, removed) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var recorded in events)
        {
            var json = new WorldEventJson(recorded.Json);
            if (WorldEntity.Of(recorded) is { } entity)
            {
                _followed.Add(entity);
                (recorded.Type switch
                {
                    "object.created" => made,
                    "object.removed" => removed,
                    _ => null,
                })?.Add(entity.Id);
            }

            if (recorded.Type == "relation.created")
            {
                _followed.UnionWith(((string?[])[json.SourceId.Text, json.TargetId.Text]).OfType<string>().Select(id => new WorldEntity(EntityKind.WorldObject, id)));
            }
        }

        var found = await FindAsync(target, Followed() with { Ends = removed }, length, cancellationToken).ConfigureAwait(false);

        // A decision can take away what both made.
        made.IntersectWith(found.Objects.Keys);
        var touching = await FindAsync(target, new EntityQuery([], []) { Ends = made }, length, cancellationToken).ConfigureAwait(false);
        found = EntitySet.Of(found.Objects.Values, found.Relations.Values.UnionBy(touching.Relations.Values, r => r.Id));
        _followed.UnionWith(found.Relations.Keys.Select(id => new WorldEntity(EntityKind.Relation, id)));
        _ours = new PartialWorld(found);
        var theirs = await FindAsync(source, Followed(), from, cancellationToken).ConfigureAwait(false);
        _theirs = new WorldFold(new World([.. theirs.Objects.Values], [.. theirs.Relations.Values], budgetExhausted: false, from, []));
    }

    private async Task<CarriedChange> CarryAsync(RecordedEvent recorded, WorldEntity entity, EntityState? before, CancellationToken cancellationToken)
    {
        var (ours, after) = (_ours[entity], InTheirs(entity));
        if (EntityState.AreSame(before, after))
        {
            return CarriedChange.None;
        }

        var items = new List<MergeItem> { new(entity.Kind, entity.Id, [before], ours, after, reader.Rules) };
        if (entity.Kind == EntityKind.WorldObject && (before is null || after is null))
        {
            items.AddRange(_ours.RelationsOf(entity.Id).Select(relation =>
            {
                var state = InTheirs(relation);
                return new MergeItem(relation.Kind, relation.Id, [state], _ours[relation], state, reader.Rules);
            }));
        }

        var merge = new WorldMerge(items, LostBy(after));
        var theirSetters = new EntitySetters();
        theirSetters.Take(recorded);
        var ourSetters = merge.Disputed.IsEmpty ? new EntitySetters() : await OurSettersAsync(cancellationToken).ConfigureAwait(false);
        var conflicts = new MergeConflicts(merge, ourSetters, theirSetters, (conflict, token) => decide(recorded.Id, conflict, token));
        await conflicts.DecideAsync(cancellationToken).ConfigureAwait(false);
        if (conflicts.Open.Count > 0)
        {
            return new CarriedChange(CarryOutcome.Conflict, [], conflicts.Open, conflicts.Decided);
        }

        var (changes, changed) = (merge.ToChanges(ourSetters, theirSetters), merge.Changed.ToList());
        foreach (var item in changed)
        {
            _ours[new WorldEntity(item.Kind, item.Id)] = item.Result;
        }

        var isAsWritten = changed is [var only] && EntityState.AreSame(only.Result, Applied(recorded, ours, after));
        return new CarriedChange(
            changes.Count > 0 ? CarryOutcome.Written : CarryOutcome.Unchanged,
            isAsWritten ? [changes[0] with { Event = new UntypedEvent(recorded.Type, recorded.ToJsonElement()) }] : changes,
            [],
            conflicts.Decided);
    }

    /// <summary>The ends of a relation that the source has and the target does not.</summary>
    private Dictionary<string, WorldObject> LostBy(EntityState? relation)
    {
        var lost = new Dictionary<string, WorldObject>(StringComparer.Ordinal);
        foreach (var end in relation is null ? [] : relation.EndPaths.Select(relation.TextAt))
        {
            if (_ours[new WorldEntity(EntityKind.WorldObject, end)] is null && _theirs.FindObject(end) is { } there)
            {
                lost[end] = there;
            }
        }

        return lost;
    }

    /// <summary>What the event itself makes of a state of the target.</summary>
    private static EntityState? Applied(RecordedEvent recorded, EntityState? ours, EntityState? after)
    {
        if (recorded.Type != "object.patched")
        {
            return after;
        }

        var patch = new WorldEventJson(recorded.Json).Patch;
        return ours is null || patch.ValueKind != JsonValueKind.Object
            ? ours
            : ours.With(patch.EnumerateObject().Select(member => KeyValuePair.Create(EntityState.PathOf(member.Name), member.Value)));
    }

    private EntityState? InTheirs(WorldEntity entity) => entity.Kind == EntityKind.WorldObject
        ? EntityState.Of(_theirs.FindObject(entity.Id))
        : EntityState.Of(_theirs.FindRelation(entity.Id));

    // Read only when there is a conflict. The value may have been set before the common state: the source changed it by an event that is not carried.
    private async Task<EntitySetters> OurSettersAsync(CancellationToken cancellationToken)
    {
        if (_ourSetters is null)
        {
            _ourSetters = new EntitySetters { StartsEmpty = true };
            await foreach (var recorded in reader.ReadChangesAsync(target, Followed(), Position.Start, length, cancellationToken).ConfigureAwait(false))
            {
                _ourSetters.Take(recorded);
            }
        }

        return _ourSetters;
    }

    private EntityQuery Followed() => new(
        [.. _followed.Where(e => e.Kind == EntityKind.WorldObject).Select(e => e.Id)],
        [.. _followed.Where(e => e.Kind == EntityKind.Relation).Select(e => e.Id)]);

    private async Task<EntitySet> FindAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken) => query.IsEmpty
        ? EntitySet.Empty
        : await reader.FindEntitiesAsync(history, query, at, cancellationToken).ConfigureAwait(false);
}
