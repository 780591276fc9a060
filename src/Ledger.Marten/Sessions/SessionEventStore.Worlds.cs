using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Marten.Sessions;

/// <content>Questions about worlds are answered by the native engine, of what is committed.</content>
internal sealed partial class SessionEventStore : IWorldReader
{
    public bool KeepsRows => engine.KeepsRows;

    public Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        engine.GetWorldAsync(history, at, cancellationToken);

    public Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(
        History history,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.GetFaultsAsync(history, at, cancellationToken);

    public Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.FindPresentAsync(history, ids, at, cancellationToken);

    public Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        engine.IsBudgetExhaustedAsync(history, at, cancellationToken);

    public Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.FindObjectAsync(history, id, at, cancellationToken);

    public Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.FindRelationAsync(history, id, at, cancellationToken);

    public IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.ReadObjectsAsync(history, filter, at, cancellationToken);

    public IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.ReadRelationsAsync(history, filter, at, cancellationToken);

    public Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.GetNeighbourhoodAsync(history, objectId, depth, at, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.ReadObjectEventsAsync(history, id, at, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) => engine.ReadRelationEventsAsync(history, id, at, cancellationToken);

    public Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default) =>
        engine.FindPositionAsync(history, time, cancellationToken);

    public Task<WorldDiff> DiffAsync(History a, Position? atA, History b, Position? atB, CancellationToken cancellationToken = default) =>
        engine.DiffAsync(a, atA, b, atB, cancellationToken);
}
