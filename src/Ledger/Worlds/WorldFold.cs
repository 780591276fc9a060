using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Folds the events of a history into a world, one by one.</summary>
/// <remarks>
/// <para>The effect of an event depends only on its stored name and JSON:</para>
/// <list type="number">
/// <item><c>object.created</c> and <c>relation.created</c> set type, ends and data; an existing id is replaced as a whole and keeps its place.</item>
/// <item><c>object.patched</c> sets top-level properties: nested values are replaced as a whole, and <c>null</c> is a value. An absent patch sets none.</item>
/// <item><c>object.removed</c> and <c>relation.removed</c> of an unknown id do nothing; the relations of a removed object stay.</item>
/// <item><c>budget.exhausted</c> sets the flag; later events still apply.</item>
/// <item>Every other event counts in <see cref="Position"/> and does nothing else.</item>
/// <item>An event that cannot be applied changes nothing: it patches an object that does not exist, lacks a member, or has one of the wrong
/// kind. It counts and is listed, or is thrown, as <see cref="WorldFaults"/> says.</item>
/// </list>
/// <para>Not safe for concurrent use. The worlds it returns are immutable and do not change as the fold continues.</para>
/// </remarks>
public sealed class WorldFold
{
    private readonly EntityTable<ObjectState> _objects = new();
    private readonly EntityTable<Relation> _relations = new();
    private readonly List<SkippedEvent> _faults = [];
    private readonly WorldFaults _mode;
    private long _position;
    private bool _budgetExhausted;

    /// <summary>Starts from the empty world.</summary>
    /// <param name="faults">How to treat events that cannot be applied.</param>
    public WorldFold(WorldFaults faults = WorldFaults.Skip) => _mode = faults;

    /// <summary>Continues from a world: a snapshot, or one folded earlier.</summary>
    /// <param name="world">The world; its skipped events stay listed.</param>
    /// <param name="faults">What becomes of further events that cannot be applied.</param>
    public WorldFold(World world, WorldFaults faults = WorldFaults.Skip)
    {
        ArgumentNullException.ThrowIfNull(world);
        _mode = faults;
        foreach (var item in world.Objects)
        {
            _objects.Set(item.Id, new ObjectState(item));
        }

        foreach (var item in world.Relations)
        {
            _relations.Set(item.Id, item);
        }

        _faults.AddRange(world.Faults);
        _position = world.Position.Value;
        _budgetExhausted = world.BudgetExhausted;
    }

    /// <summary>The number of events folded so far.</summary>
    public Position Position => new(_position);

    /// <summary>Folds the next event of the history.</summary>
    /// <exception cref="WorldFaultException">The event cannot be applied and must not be skipped; the fold is unchanged.</exception>
    public void Apply(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        Take(recorded);
    }

    /// <summary>Folds the next event of the history; returns false if it was skipped.</summary>
    /// <exception cref="WorldFaultException">The event cannot be applied and must not be skipped.</exception>
    internal bool Take(RecordedEvent recorded)
    {
        if (TryApply(recorded.Type, recorded.Json) is not { } refusal)
        {
            return true;
        }

        var skipped = new SkippedEvent(
            Position, recorded.Id, recorded.Metadata.ForeignId, recorded.Type, refusal.Fault, refusal.Reason);
        if (_mode == WorldFaults.Throw)
        {
            throw new WorldFaultException(skipped, ToWorld());
        }

        _faults.Add(skipped);
        _position++;
        return false;
    }

    /// <summary>The world so far; later events do not change it.</summary>
    public World ToWorld() => new(
        _objects.ToArray(o => o.ToObject()), _relations.ToArray(r => r), _budgetExhausted, Position, [.. _faults]);

    /// <summary>The last event that could not be applied; null for none.</summary>
    internal SkippedEvent? LastSkipped => _faults.Count == 0 ? null : _faults[^1];

    /// <summary>Whether the budget is exhausted.</summary>
    internal bool IsBudgetExhausted => _budgetExhausted;

    /// <summary>An object in its current state, or null.</summary>
    internal WorldObject? FindObject(string id) => _objects.TryGet(id, out var found) ? found.ToObject() : null;

    /// <summary>A relation in its current state, or null.</summary>
    internal Relation? FindRelation(string id) => _relations.TryGet(id, out var found) ? found : null;

    /// <summary>Folds the next event, or returns why it cannot and stays unchanged.</summary>
    private (WorldFault Fault, string Reason)? TryApply(string type, ReadOnlyMemory<byte> json)
    {
        var refusal = type switch
        {
            "object.created" => CreateObject(new WorldEventJson(json)),
            "object.patched" => PatchObject(new WorldEventJson(json)),
            "object.removed" => Remove(new WorldEventJson(json), _objects),
            "relation.created" => CreateRelation(new WorldEventJson(json)),
            "relation.removed" => Remove(new WorldEventJson(json), _relations),
            "budget.exhausted" => ExhaustBudget(),
            _ => null,
        };
        if (refusal is null)
        {
            _position++;
        }

        return refusal;
    }

    private (WorldFault, string)? CreateObject(in WorldEventJson json)
    {
        var refusal = WorldEventRules.CheckObject(json);
        if (refusal is null)
        {
            _objects.Set(json.Id.Text!, new ObjectState(new WorldObject(json.Id.Text!, json.Type.Text!, PropertiesOf(json.Data))));
        }

        return refusal;
    }

    private (WorldFault, string)? PatchObject(in WorldEventJson json)
    {
        if (WorldEventRules.CheckId(json) is { } refusal)
        {
            return refusal;
        }

        if (!_objects.TryGet(json.Id.Text!, out var patched))
        {
            return WorldEventRules.UnknownObject(json);
        }

        if (WorldEventRules.CheckMembers("patch", json.Patch) is { } badPatch)
        {
            return badPatch;
        }

        if (json.Patch.ValueKind == JsonValueKind.Object)
        {
            patched.Patch(json.Patch);
        }

        return null;
    }

    private (WorldFault, string)? CreateRelation(in WorldEventJson json)
    {
        var refusal = WorldEventRules.CheckRelation(json);
        if (refusal is null)
        {
            _relations.Set(
                json.Id.Text!,
                new Relation(json.Id.Text!, json.Type.Text!, json.SourceId.Text!, json.TargetId.Text!, PropertiesOf(json.Data)));
        }

        return refusal;
    }

    private static (WorldFault, string)? Remove<T>(in WorldEventJson json, EntityTable<T> entities)
        where T : class
    {
        var refusal = WorldEventRules.CheckId(json);
        if (refusal is null)
        {
            entities.Remove(json.Id.Text!);
        }

        return refusal;
    }

    private (WorldFault, string)? ExhaustBudget()
    {
        _budgetExhausted = true;
        return null;
    }

    private static Properties PropertiesOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.GetPropertyCount() > 0
            ? new Properties(JsonEquality.MembersOf(json))
            : Properties.Empty;
}
