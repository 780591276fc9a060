using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Json;
using Ledger.Projections;
using Ledger.Worlds;

namespace Ledger;

/// <summary>The state that a history describes: objects, the relations between them, and whether the budget was exhausted.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. A pure function of the events: same events, same world. Two are equal only if they are the
/// same instance; <see cref="WorldDiff.Between"/> compares them.
/// </remarks>
[JsonConverter(typeof(WorldJsonConverter))]
public sealed class World
{
    private readonly Lazy<Dictionary<string, WorldObject>> _objectsById;
    private readonly Lazy<Dictionary<string, Relation>> _relationsById;
    private readonly Lazy<ILookup<string, Relation>> _relationsByEnd;
    private readonly Lazy<IReadOnlyList<Relation>> _dangling;

    internal World(
        IReadOnlyList<WorldObject> objects,
        IReadOnlyList<Relation> relations,
        bool budgetExhausted,
        Position position,
        IReadOnlyList<SkippedEvent> faults)
    {
        Objects = objects;
        Relations = relations;
        BudgetExhausted = budgetExhausted;
        Position = position;
        Faults = faults;
        _objectsById = new(() => Objects.ToDictionary(o => o.Id, StringComparer.Ordinal));
        _relationsById = new(() => Relations.ToDictionary(r => r.Id, StringComparer.Ordinal));
        _relationsByEnd = new(() => Relations
            .SelectMany(r => (r.SourceId == r.TargetId ? [r.SourceId] : new[] { r.SourceId, r.TargetId }).Select(end => (end, r)))
            .ToLookup(e => e.end, e => e.r, StringComparer.Ordinal));
        _dangling = new(() => [.. Relations.Where(r => FindObject(r.SourceId) is null || FindObject(r.TargetId) is null)]);
    }

    /// <summary>The world before any event.</summary>
    public static World Empty { get; } = new([], [], budgetExhausted: false, Position.Start, []);

    /// <summary>The fold from a run's events to its world, for projections; its name is <c>world</c>.</summary>
    /// <remarks>Evolving it event by event copies the world each time; a <see cref="Snapshot{T}"/> folds many at once.</remarks>
    public static Aggregate<World> Aggregate { get; } = new("world", Empty, Evolve) { Begin = world => new WorldStateFold(world) };

    /// <summary>The objects in the order of first creation; one that was removed and created again goes last.</summary>
    public IReadOnlyList<WorldObject> Objects { get; }

    /// <summary>The relations in the order of first creation; one that was removed and created again goes last. Their ends need not exist.</summary>
    public IReadOnlyList<Relation> Relations { get; }

    /// <summary>Whether a limit of the run was reached.</summary>
    public bool BudgetExhausted { get; }

    /// <summary>The number of events folded, including skipped ones.</summary>
    public Position Position { get; }

    /// <summary>The events that cannot be applied and were skipped, in order; empty for most histories.</summary>
    public IReadOnlyList<SkippedEvent> Faults { get; }

    /// <summary>The relations with a missing end, in order: the object was removed, or never existed.</summary>
    public IReadOnlyList<Relation> DanglingRelations => _dangling.Value;

    /// <summary>Folds the events of a history, from its first.</summary>
    /// <param name="events">The events.</param>
    /// <param name="faults">How to treat events that cannot be applied.</param>
    /// <exception cref="WorldFaultException">An event cannot be applied and must not be skipped.</exception>
    public static World Fold(IEnumerable<RecordedEvent> events, WorldFaults faults = WorldFaults.Skip)
    {
        ArgumentNullException.ThrowIfNull(events);
        var fold = new WorldFold(faults);
        foreach (var recorded in events)
        {
            fold.Apply(recorded);
        }

        return fold.ToWorld();
    }

    /// <summary>Folds the events of a history, from its first, as they are read.</summary>
    /// <param name="events">The events.</param>
    /// <param name="faults">How to treat events that cannot be applied.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WorldFaultException">An event cannot be applied and must not be skipped.</exception>
    public static async Task<World> FoldAsync(
        IAsyncEnumerable<RecordedEvent> events,
        WorldFaults faults = WorldFaults.Skip,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var fold = new WorldFold(faults);
        await foreach (var recorded in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            fold.Apply(recorded);
        }

        return fold.ToWorld();
    }

    private static World Evolve(World world, RecordedEvent recorded)
    {
        var fold = new WorldFold(world);
        fold.Apply(recorded);
        return fold.ToWorld();
    }

    /// <summary>Finds an object, or null.</summary>
    public WorldObject? FindObject(string id) => _objectsById.Value.GetValueOrDefault(id);

    /// <summary>Finds a relation, or null.</summary>
    public Relation? FindRelation(string id) => _relationsById.Value.GetValueOrDefault(id);

    /// <summary>The relations from or to an object, in order; one to itself appears once. The object need not exist.</summary>
    /// <param name="objectId">The object's id.</param>
    /// <param name="type">The type of the relations, or null for every type. The empty text is a type like any other.</param>
    public IEnumerable<Relation> RelationsOf(string objectId, string? type = null)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        var touching = _relationsByEnd.Value[objectId];
        return type is null ? touching : touching.Where(r => r.Type == type);
    }

    /// <summary>Writes <c>{objects, relations, budget_exhausted, position, faults, dangling_relations}</c>; the last are ids.</summary>
    public void WriteTo(Utf8JsonWriter writer) => WorldJson.Write(writer, this);

    /// <summary>Parses the JSON that <see cref="WriteTo"/> writes.</summary>
    /// <exception cref="JsonException">The JSON is malformed, or not that of a world.</exception>
    public static World Parse(ReadOnlySpan<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json, EventJson.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        if (reader.Read())
        {
            throw new JsonException("There is more JSON after the world.");
        }

        return WorldJson.Read(document.RootElement);
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}
