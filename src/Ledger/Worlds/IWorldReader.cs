using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Answers questions about worlds from rows, so that the cost depends on the answer and not on the whole history; the answers are
/// those of the fold.</summary>
/// <remarks>
/// A capability of an engine that stores world rows: see <see cref="IEventStore.Get{T}"/>. <see cref="Run"/> uses it if there is one, and folds
/// otherwise. Every method refuses a position after the end with <see cref="PositionOutOfRangeException"/>, and skips events that cannot
/// be applied like <see cref="WorldFaults.Skip"/>. Safe for concurrent use.
/// </remarks>
public interface IWorldReader
{
    /// <summary>The world of a history.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

    /// <summary>The events that a history's world skips because they cannot be applied, in order.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

    /// <summary>Returns which of the given objects exist in a history's world, without reading the rest.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="ids">The objects' ids.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>Whether a history's world has reached a limit of the run, without reading the rest.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

    /// <summary>One object of a history's world, or null.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>One relation of a history's world, or null.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="id">The relation's id.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the objects of a history's world, sorted by id in code-point order, fetched in pages.</summary>
    /// <remarks>All pages come from the same position, whatever is appended meanwhile.</remarks>
    /// <param name="history">The run or branch.</param>
    /// <param name="filter">The filter; null for all objects.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the relations of a history's world, in the same way as <see cref="ReadObjectsAsync"/>.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="filter">The filter; null for all relations.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>Returns the neighbours of an object in a history's world; the object need not exist.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="objectId">The id of the object at the centre.</param>
    /// <param name="depth">The most relations to follow, zero or more.</param>
    /// <param name="at">The number of events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>The events of a history that created, changed and removed an object, in order, with their positions.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="at">The number of events to search, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>The last of the events of <see cref="ReadObjectEventsAsync"/>, in order.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="most">How many at most, one or more.</param>
    /// <param name="at">The number of events to search, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    async Task<IReadOnlyList<RecordedEvent>> ReadLastObjectEventsAsync(
        History history,
        string id,
        int most,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var last = new Queue<RecordedEvent>();
        await foreach (var recorded in ReadObjectEventsAsync(history, id, at, cancellationToken).ConfigureAwait(false))
        {
            if (last.Count == most)
            {
                last.Dequeue();
            }

            last.Enqueue(recorded);
        }

        return [.. last];
    }

    /// <summary>The events of a history that created, changed and removed a relation, in order, with their positions.</summary>
    /// <param name="history">The run or branch.</param>
    /// <param name="id">The relation's id.</param>
    /// <param name="at">The number of events to search, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>Compares the worlds of two histories, or of two positions of one, from the first to the second.</summary>
    /// <param name="a">The first history.</param>
    /// <param name="atA">The number of its events to apply, or null for all.</param>
    /// <param name="b">The second history.</param>
    /// <param name="atB">The number of its events to apply, or null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default);
}
