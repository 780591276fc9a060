using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Marten.Sessions;

/// <summary>Worlds for a session with unsaved events: the rows answer for the histories that have none, the others are folded.</summary>
internal sealed class SessionWorlds(IWorldReader rows, IWorldReader fold, Func<History, bool> hasUnsaved) : IWorldReader
{
    public Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).GetWorldAsync(history, at, cancellationToken);

    public Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).GetFaultsAsync(history, at, cancellationToken);

    public Task<PresentObjects> FindPresentAsync(
        History history, IReadOnlyCollection<string> ids, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).FindPresentAsync(history, ids, at, cancellationToken);

    public Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).IsBudgetExhaustedAsync(history, at, cancellationToken);

    public Task<WorldObject?> FindObjectAsync(History history, string id, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).FindObjectAsync(history, id, at, cancellationToken);

    public Task<Relation?> FindRelationAsync(History history, string id, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).FindRelationAsync(history, id, at, cancellationToken);

    public IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history, ObjectFilter? filter = null, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).ReadObjectsAsync(history, filter, at, cancellationToken);

    public IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history, RelationFilter? filter = null, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).ReadRelationsAsync(history, filter, at, cancellationToken);

    public Task<Neighbourhood> GetNeighbourhoodAsync(
        History history, string objectId, int depth, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).GetNeighbourhoodAsync(history, objectId, depth, at, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history, string id, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).ReadObjectEventsAsync(history, id, at, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> ReadLastObjectEventsAsync(
        History history, string id, int most, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).ReadLastObjectEventsAsync(history, id, most, at, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history, string id, Position? at = null, CancellationToken cancellationToken = default) =>
        For(history).ReadRelationEventsAsync(history, id, at, cancellationToken);

    public Task<WorldDiff> DiffAsync(History a, Position? atA, History b, Position? atB, CancellationToken cancellationToken = default) =>
        (For(a) == fold ? fold : For(b)).DiffAsync(a, atA, b, atB, cancellationToken);

    private IWorldReader For(History history) => hasUnsaved(history) ? fold : rows;
}
