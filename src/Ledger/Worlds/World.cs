using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Events;
using Ledger.Json;
using Ledger.Projections;
using Ledger.Streams;

namespace Ledger.Worlds;

/// <summary>What a history says is there: objects, the relations between them, and whether the budget was exhausted.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. A pure function of the events: same events, same world. Two are equal when they are the
/// same instance; <see cref="WorldDiff.Between"/> compares them.
/// </remarks>
[JsonConverter(typeof(WorldJsonConverter))]
public sealed class World
{
    private readonly Lazy<Dictionary<string, WorldObject>> _objectsById;
    private readonly Lazy<Dictionary<string, Relation>> _relationsById;
    private readonly Lazy<ILookup<string, Relation>> _relationsByEnd;

    internal World(IReadOnlyList<WorldObject> objects, IReadOnlyList<Relation> relations, bool budgetExhausted, Position position)
    {
        Objects = objects;
        Relations = relations;
        BudgetExhausted = budgetExhausted;
        Position = position;
        _objectsById = new(() => Objects.ToDictionary(o => o.Id, StringComparer.Ordinal));
        _relationsById = new(() => Relations.ToDictionary(r => r.Id, StringComparer.Ordinal));
        _relationsByEnd = new(() => Relations
            .SelectMany(r => (r.SourceId == r.TargetId ? [r.SourceId] : new[] { r.SourceId, r.TargetId }).Select(end => (end, r)))
            .ToLookup(e => e.end, e => e.r, StringComparer.Ordinal));
    }

    /// <summary>The world before any event.</summary>
    public static World Empty { get; } = new([], [], budgetExhausted: false, Position.Start);

    /// <summary>How the events of a run make up its world, for projections; its name is <c>world</c>.</summary>
    /// <remarks>Evolving it event by event copies the world each time; a <see cref="Snapshot{T}"/> folds many at once.</remarks>
    public static Aggregate<World> Aggregate { get; } = new("world", Empty, Evolve) { Begin = world => new WorldStateFold("world", world) };

    /// <summary>The objects in the order of first creation; one that was removed and made again goes last.</summary>
    public IReadOnlyList<WorldObject> Objects { get; }

    /// <summary>The relations in the order of first creation; one that was removed and made again goes last. Their ends need not exist.</summary>
    public IReadOnlyList<Relation> Relations { get; }

    /// <summary>Whether a limit of the run was reached.</summary>
    public bool BudgetExhausted { get; }

    /// <summary>The number of events that were folded.</summary>
    public Position Position { get; }

    /// <summary>Folds the events of a history, from its first.</summary>
    /// <exception cref="WorldFaultException">An event cannot be applied.</exception>
    public static World Fold(IEnumerable<RecordedEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var fold = new WorldFold();
        foreach (var recorded in events)
        {
            fold.Apply(recorded);
        }

        return fold.ToWorld();
    }

    /// <summary>Folds the events of a history, from its first, as they are read.</summary>
    /// <exception cref="WorldFaultException">An event cannot be applied.</exception>
    public static async Task<World> FoldAsync(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var fold = new WorldFold();
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

    /// <summary>The relations that an object is an end of, in order, one to itself once; the object need not exist.</summary>
    /// <param name="objectId">The object's id.</param>
    /// <param name="type">The type that the relations must have, or null for every type. The empty text is a type like any other.</param>
    public IEnumerable<Relation> RelationsOf(string objectId, string? type = null)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        var touching = _relationsByEnd.Value[objectId];
        return type is null ? touching : touching.Where(r => r.Type == type);
    }

    /// <summary>Writes <c>{objects, relations, budget_exhausted, position}</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer) => WorldJson.Write(writer, this);

    /// <summary>Reads what <see cref="WriteTo"/> writes.</summary>
    /// <exception cref="JsonException">The JSON is malformed, or not that of a world.</exception>
    public static World Parse(ReadOnlySpan<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json, EventJson.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        if (reader.Read())
        {
            throw new JsonException("There is more behind the world.");
        }

        return WorldJson.Read(document.RootElement);
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}
