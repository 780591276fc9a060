using Ledger.Branches;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Worlds;

/// <summary>A store that can answer questions about worlds without reading whole histories; the answers are those of the fold.</summary>
/// <remarks>
/// A store may implement it beside <see cref="IEventStore"/>; <see cref="Run"/> asks it then, and folds otherwise. Every question refuses
/// a position behind the end with <see cref="PositionOutOfRangeException"/>, and one behind an event that cannot be applied with the
/// <see cref="WorldFaultException"/> of the fold. Safe for concurrent use.
/// </remarks>
public interface IWorldReader
{
    /// <summary>Whether answers come from rows, so that a question costs what it answers and not the whole history.</summary>
    bool KeepsRows { get; }

    /// <summary>The world of a history.</summary>
    /// <param name="history">Whose world.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default);

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
