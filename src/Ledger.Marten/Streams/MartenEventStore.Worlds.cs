using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Marten.Streams;

/// <content>Questions about worlds are answered by the native engine.</content>
public sealed partial class MartenEventStore
{
    /// <inheritdoc/>
    public bool KeepsRows => _native.KeepsRows;

    /// <inheritdoc/>
    public Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.GetWorldAsync(history, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(
        History history,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.GetFaultsAsync(history, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindPresentAsync(history, ids, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.IsBudgetExhaustedAsync(history, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindObjectAsync(history, id, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindRelationAsync(history, id, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadObjectsAsync(history, filter, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadRelationsAsync(history, filter, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.GetNeighbourhoodAsync(history, objectId, depth, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadObjectEventsAsync(history, id, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadRelationEventsAsync(history, id, at, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindPositionAsync(history, time, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<WorldDiff> DiffAsync(History a, Position? atA, History b, Position? atB, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.DiffAsync(a, atA, b, atB, cancellationToken), cancellationToken);
}
