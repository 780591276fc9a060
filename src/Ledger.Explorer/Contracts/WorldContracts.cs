using System.Text.Json;
using Ledger.Worlds;

namespace Ledger.Explorer.Contracts;

/// <summary>An object of a world; where a list of bounded size has no data of it, how many bytes it has.</summary>
internal sealed record ObjectContract(string Id, string Type, IReadOnlyDictionary<string, JsonElement> Data, long? DataOmitted = null)
{
    public static ObjectContract Of(WorldObject item) => new(item.Id, item.Type, item.Data);
}

/// <summary>A relation of a world; where a list of bounded size has no data of it, how many bytes it has.</summary>
internal sealed record RelationContract(
    string Id, string Type, string SourceId, string TargetId, IReadOnlyDictionary<string, JsonElement> Data, long? DataOmitted = null)
{
    public static RelationContract Of(Relation item) => new(item.Id, item.Type, item.SourceId, item.TargetId, item.Data);
}

/// <summary>An event that cannot be applied to its world and was skipped.</summary>
internal sealed record FaultContract(Guid EventId, long Position, string Type, string Reason, string Message, string? ForeignId = null)
{
    public static FaultContract Of(SkippedEvent fault) => new(
        fault.EventId, fault.Position.Value, fault.EventType, fault.Fault.ToName(), fault.Reason, fault.ForeignId);
}

/// <summary>A world.</summary>
internal sealed record WorldContract(
    IReadOnlyList<ObjectContract> Objects,
    IReadOnlyList<RelationContract> Relations,
    bool BudgetExhausted,
    long Position,
    IReadOnlyList<FaultContract> Faults,
    IReadOnlyList<string> DanglingRelations)
{
    public static WorldContract Of(World world) => new(
        [.. world.Objects.Select(ObjectContract.Of)],
        [.. world.Relations.Select(RelationContract.Of)],
        world.BudgetExhausted,
        world.Position.Value,
        [.. world.Faults.Select(FaultContract.Of)],
        [.. world.DanglingRelations.Select(relation => relation.Id)]);
}

/// <summary>A world with the same members, written while it is read; the ids of dangling relations are known after the last relation.</summary>
internal sealed record WorldStreamContract(
    IAsyncEnumerable<ObjectContract> Objects,
    IAsyncEnumerable<RelationContract> Relations,
    bool BudgetExhausted,
    long Position,
    IReadOnlyList<FaultContract> Faults,
    IReadOnlyList<string> DanglingRelations);

/// <summary>A page of the objects of a world.</summary>
internal sealed record ObjectPageContract(long Position, IReadOnlyList<ObjectContract> Objects, string? Next = null);

/// <summary>A page of the relations of a world; the dangling ones by their ids.</summary>
internal sealed record RelationPageContract(
    long Position, IReadOnlyList<RelationContract> Relations, IReadOnlyList<string> DanglingRelations, string? Next = null);

/// <summary>The surroundings of an object.</summary>
internal sealed record NeighbourhoodContract(
    string Centre, int Depth, long Position, IReadOnlyList<NeighbourContract> Objects, IReadOnlyList<RelationContract> Relations)
{
    public static NeighbourhoodContract Of(Neighbourhood around) => new(
        around.Centre,
        around.Depth,
        around.Position.Value,
        [.. around.Objects.Select(o => new NeighbourContract(o.Id, o.Distance, o.State is { } item ? ObjectContract.Of(item) : null))],
        [.. around.Relations.Select(RelationContract.Of)]);
}

/// <summary>An end of a relation; the object is null if it does not exist.</summary>
internal sealed record NeighbourContract(string Id, int Distance, ObjectContract? Object = null);

/// <summary>A stored snapshot of a world, in numbers.</summary>
internal sealed record SnapshotContract(string Stream, long Position, int ObjectCount, int RelationCount, int FaultCount)
{
    public static SnapshotContract Of(WorldSnapshot snapshot) => new(
        snapshot.Stream.Value,
        snapshot.Position.Value,
        snapshot.World.Objects.Count,
        snapshot.World.Relations.Count,
        snapshot.World.Faults.Count);
}

/// <summary>Whether the data of objects is indexed.</summary>
internal sealed record WorldIndexContract(bool Indexed);
