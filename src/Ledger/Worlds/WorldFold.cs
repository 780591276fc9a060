using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Streams;

namespace Ledger.Worlds;

/// <summary>A world in the making: takes the events of a history one by one.</summary>
/// <remarks>
/// <para>What an event does depends on its stored name and JSON alone:</para>
/// <list type="number">
/// <item><c>object.created</c> and <c>relation.created</c> set type, ends and data; a known id is replaced whole and keeps its place.</item>
/// <item><c>object.patched</c> sets top-level properties: nested values are replaced whole, <c>null</c> is a value. An absent patch sets none.</item>
/// <item><c>object.removed</c> and <c>relation.removed</c> of an unknown id do nothing; the relations of a removed object stay.</item>
/// <item><c>budget.exhausted</c> sets the flag; events behind it still apply.</item>
/// <item>Every other event counts in <see cref="Position"/> and does nothing else.</item>
/// </list>
/// <para>Not safe for concurrent use. The worlds that it gives are immutable and stay as they are when it goes on.</para>
/// </remarks>
public sealed class WorldFold
{
    private readonly EntityTable<ObjectState> _objects = new();
    private readonly EntityTable<Relation> _relations = new();
    private long _position;
    private bool _budgetExhausted;

    /// <summary>Starts from the empty world.</summary>
    public WorldFold()
    {
    }

    /// <summary>Goes on from a world: a snapshot, or one folded before.</summary>
    public WorldFold(World world)
    {
        ArgumentNullException.ThrowIfNull(world);
        foreach (var item in world.Objects)
        {
            _objects.Set(item.Id, new ObjectState(item));
        }

        foreach (var item in world.Relations)
        {
            _relations.Set(item.Id, item);
        }

        _position = world.Position.Value;
        _budgetExhausted = world.BudgetExhausted;
    }

    /// <summary>The number of events taken so far.</summary>
    public Position Position => new(_position);

    /// <summary>Takes the next event of the history.</summary>
    /// <exception cref="WorldFaultException">The event cannot be applied; the fold is as it was before it.</exception>
    public void Apply(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (TryApply(recorded.Type, recorded.Json) is { } refusal)
        {
            throw FaultOf(refusal, recorded.Id, recorded.Metadata.ForeignId, recorded.Type);
        }
    }

    /// <summary>The world so far; later events do not change it.</summary>
    public World ToWorld() => new(_objects.ToArray(o => o.ToObject()), _relations.ToArray(r => r), _budgetExhausted, Position);

    /// <summary>An object as it is so far, or null.</summary>
    internal WorldObject? FindObject(string id) => _objects.TryGet(id, out var found) ? found.ToObject() : null;

    /// <summary>A relation as it is so far, or null.</summary>
    internal Relation? FindRelation(string id) => _relations.TryGet(id, out var found) ? found : null;

    internal WorldFaultException FaultOf((WorldFault Fault, string Reason) refusal, Guid eventId, string? foreignId, string type) =>
        new(refusal.Fault, refusal.Reason, eventId, foreignId, type, ToWorld());

    /// <summary>Takes the next event, or says why it cannot and stays as it is.</summary>
    internal (WorldFault Fault, string Reason)? TryApply(string type, ReadOnlyMemory<byte> json)
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
        var refusal = WorldEventRules.Check(json, ("id", json.Id), ("type", json.Type)) ?? WorldEventRules.CheckMembers("data", json.Data);
        if (refusal is null)
        {
            _objects.Set(json.Id.Text!, new ObjectState(new WorldObject(json.Id.Text!, json.Type.Text!, PropertiesOf(json.Data))));
        }

        return refusal;
    }

    private (WorldFault, string)? PatchObject(in WorldEventJson json)
    {
        if (WorldEventRules.Check(json, ("id", json.Id)) is { } refusal)
        {
            return refusal;
        }

        if (!_objects.TryGet(json.Id.Text!, out var patched))
        {
            return (WorldFault.UnknownObject, $"names the object '{json.Id.Text}', which does not exist there");
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
        var refusal = WorldEventRules.Check(
                json, ("id", json.Id), ("type", json.Type), ("source_id", json.SourceId), ("target_id", json.TargetId))
            ?? WorldEventRules.CheckMembers("data", json.Data);
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
        var refusal = WorldEventRules.Check(json, ("id", json.Id));
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
