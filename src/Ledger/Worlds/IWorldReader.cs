using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Answers questions about worlds from rows, so that a question costs what it answers and not the whole history; the answers are
/// those of the fold.</summary>
/// <remarks>
/// A capability of an engine that keeps rows of worlds: see <see cref="IEventStore.Get{T}"/>. <see cref="Run"/> asks it then, and folds
/// otherwise. Every question refuses a position after the end with <see cref="PositionOutOfRangeException"/>, and goes past events that cannot
/// be applied as <see cref="WorldFaults.Skip"/> says. Safe for concurrent use.
/// </remarks>
public interface IWorldReader
{
    /// <summary>The world of a history.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

    /// <summary>The events that a history's world skips because they cannot be applied, in order.</summary>
    /// <param name="history">Whose events.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

    /// <summary>Which of some objects a history's world has, without the rest of it.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="ids">The objects' ids.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>Whether a history's world says that a limit of the run was reached, without the rest of it.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

    /// <summary>One object of a history's world, or null.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>One relation of a history's world, or null.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="id">The relation's id.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>The objects of a history's world, by id in the order of code points, a page at a time.</summary>
    /// <remarks>The world is that of one position from the first page to the last, whatever is appended meanwhile.</remarks>
    /// <param name="history">Whose world.</param>
    /// <param name="filter">Which objects are wanted; null for all.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>The relations of a history's world, as <see cref="ReadObjectsAsync"/> reads objects.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="filter">Which relations are wanted; null for all.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>What is around an object in a history's world; the object need not exist.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="objectId">The id of the object in the middle.</param>
    /// <param name="depth">How many relations to follow at most, zero or more.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>The events of a history that made, changed and removed an object, in order, with their positions.</summary>
    /// <param name="history">Whose events.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="at">How many events to look at, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>The events of a history that made, changed and removed a relation, in order, with their positions.</summary>
    /// <param name="history">Whose events.</param>
    /// <param name="id">The relation's id.</param>
    /// <param name="at">How many events to look at, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default);

    /// <summary>What differs between the worlds of two histories, or of two positions of one, from the first to the second.</summary>
    /// <param name="a">The first history.</param>
    /// <param name="atA">After how many of its events, or null for all of them.</param>
    /// <param name="b">The second history.</param>
    /// <param name="atB">After how many of its events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default);
}
