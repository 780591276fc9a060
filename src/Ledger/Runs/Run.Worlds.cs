using System.Diagnostics;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger;

public sealed partial class Run
{
    private readonly ReadStatistics? _statistics;
    private readonly WorldFaults _faults;

    private IWorldReader? Rows => _ledger.Store.Get<IWorldReader>();

    // Rows answer at the cost of the result; everything else folds, from a snapshot if there is one.
    private IWorldReader Reader
    {
        get
        {
            var reader = Rows ?? new FoldingWorldReader(_ledger.Store, _statistics, _ledger.Logger);
            return _faults == WorldFaults.Throw ? new StrictWorldReader(reader) : reader;
        }
    }

    /// <summary>A handle on the same run or branch whose world reads skip events that cannot be applied, or throw on the first of them.</summary>
    /// <remarks>
    /// Handles skip unless they are asked not to: worlds list what they skipped in <see cref="World.Faults"/>. Strict reads cost one more look-up.
    /// </remarks>
    /// <param name="faults">How to treat such events.</param>
    public Run WithFaults(WorldFaults faults) => Enum.IsDefined(faults)
        ? new Run(_ledger, History, _statistics, faults)
        : throw new ArgumentOutOfRangeException(nameof(faults), faults, "Such events are skipped or thrown.");

    /// <summary>A handle on the same run or branch that counts its reads.</summary>
    /// <param name="statistics">What the counts are added to; several handles may share it.</param>
    public Run WithStatistics(ReadStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return new Run(_ledger, History, statistics, _faults);
    }

    /// <summary>The world that the history describes.</summary>
    /// <remarks>
    /// A store that keeps worlds as rows answers from them. Elsewhere the history is folded, from the nearest snapshot on where there is
    /// one: a branch starts from its own, else from that of the nearest ancestor that was taken within the shared prefix. A snapshot that
    /// is damaged, out of date, of another format or of another run is logged and not used: the world is the same each way, by value.
    /// </remarks>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied; the world before it can be asked for.</exception>
    public Task<World> GetWorldAsync(Position? at = null, CancellationToken cancellationToken = default) => AskAsync(
        reader => reader.GetWorldAsync(Stored, Upto(at), cancellationToken),
        world => world.Objects.Count + world.Relations.Count);

    /// <summary>The world as it was at a time: after the events that the log had taken by then.</summary>
    /// <param name="time">The time; before the first event it returns the empty world, after the last one the current world.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before that time cannot be applied.</exception>
    public async Task<World> GetWorldAsync(DateTimeOffset time, CancellationToken cancellationToken = default) =>
        await GetWorldAsync(await FindPositionAsync(time, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>How many events the log had taken by a time; it can be asked for wherever a position can.</summary>
    /// <remarks>What counts is <see cref="RecordedEvent.Timestamp"/>, which never falls along a history, and not the time that an event speaks of.</remarks>
    /// <param name="time">The time; an event of that very time counts.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<Position> FindPositionAsync(DateTimeOffset time, CancellationToken cancellationToken = default) =>
        _ledger.Store.Get<ILogSearch>() is { } search && History.Whole is null
            ? search.FindPositionAsync(History, time, cancellationToken)
            : ScanningLogSearch.FindPositionAsync(ReadAsync(cancellationToken: cancellationToken), time);

    /// <summary>The events that the world skips because they cannot be applied, in order; a store that keeps rows reads no more than that.</summary>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and there is one.</exception>
    public Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(Position? at = null, CancellationToken cancellationToken = default) => AskAsync(
        reader => reader.GetFaultsAsync(Stored, Upto(at), cancellationToken),
        faults => faults.Count);

    /// <summary>Returns which of the given objects exist in the world; a store with rows looks them up in one query.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public Task<PresentObjects> FindPresentAsync(
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return AskAsync(reader => reader.FindPresentAsync(Stored, ids, Upto(at), cancellationToken), _ => 0);
    }

    /// <summary>Whether a limit of the run was reached in the world; a store with rows reads only that flag.</summary>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public Task<bool> IsBudgetExhaustedAsync(Position? at = null, CancellationToken cancellationToken = default) => AskAsync(
        reader => reader.IsBudgetExhaustedAsync(Stored, Upto(at), cancellationToken),
        _ => 0);

    /// <summary>Finds one object of the world, or null; a store that keeps rows reads no more than that.</summary>
    /// <param name="id">The object's id.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public Task<WorldObject?> FindObjectAsync(string id, Position? at = null, CancellationToken cancellationToken = default) => AskAsync(
        reader => reader.FindObjectAsync(Stored, id, Upto(at), cancellationToken),
        item => item is null ? 0 : 1);

    /// <summary>Finds one relation of the world, or null; a store that keeps rows reads no more than that.</summary>
    /// <param name="id">The relation's id.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public Task<Relation?> FindRelationAsync(string id, Position? at = null, CancellationToken cancellationToken = default) => AskAsync(
        reader => reader.FindRelationAsync(Stored, id, Upto(at), cancellationToken),
        item => item is null ? 0 : 1);

    /// <summary>Reads the objects of the world by id, in the order of code points; a store with rows reads a page at a time.</summary>
    /// <remarks>All objects are those of one position, regardless of concurrent appends.</remarks>
    /// <param name="filter">Which objects are wanted; null for all.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        ObjectFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskEachAsync(Reader.ReadObjectsAsync(Stored, filter, Upto(at), cancellationToken), cancellationToken);

    /// <summary>Reads the relations of the world by id, as <see cref="ReadObjectsAsync"/> reads objects: those of an object, of a type, or all.</summary>
    /// <param name="filter">Which relations are wanted; null for all.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public IAsyncEnumerable<Relation> ReadRelationsAsync(
        RelationFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        AskEachAsync(Reader.ReadRelationsAsync(Stored, filter, Upto(at), cancellationToken), cancellationToken);

    /// <summary>What is around an object: the objects and relations that are reached from it within a number of relations, in both directions.</summary>
    /// <param name="objectId">The object in the middle; it need not exist.</param>
    /// <param name="depth">How many relations to follow at most, zero or more.</param>
    /// <param name="at">After how many events, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event before <paramref name="at"/> cannot be applied.</exception>
    public Task<Neighbourhood> GetNeighbourhoodAsync(
        string objectId,
        int depth = 1,
        Position? at = null,
        CancellationToken cancellationToken = default) => AskAsync(
            reader => reader.GetNeighbourhoodAsync(Stored, objectId, depth, Upto(at), cancellationToken),
            around => around.Objects.Count + around.Relations.Count);

    /// <summary>Compares this world with that of another history; a store that keeps rows reads what changed since they parted.</summary>
    /// <param name="other">The run or branch of the same log to arrive at; this one, for two positions of it.</param>
    /// <param name="at">After how many events of this history, or null for all of them.</param>
    /// <param name="otherAt">After how many events of the other, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">A history is shorter than was asked for.</exception>
    /// <exception cref="WorldFaultException">The handle is strict, and an event cannot be applied.</exception>
    public Task<WorldDiff> DiffAsync(
        Run other,
        Position? at = null,
        Position? otherAt = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        return AskAsync(
            reader => reader.DiffAsync(Stored, Upto(at), other.Stored, other.Upto(otherAt), cancellationToken),
            diff => diff.AddedObjects.Count + diff.RemovedObjects.Count + diff.PatchedObjects.Count
                + diff.AddedRelations.Count + diff.RemovedRelations.Count + diff.ChangedRelations.Count);
    }

    /// <summary>The same action, with the events counted that it takes.</summary>
    internal Action<RecordedEvent> Counted(Action<RecordedEvent> take)
    {
        if (_statistics is not { } statistics)
        {
            return take;
        }

        StreamName segment = default;
        return recorded =>
        {
            statistics.Count(recorded, ref segment);
            take(recorded);
        };
    }

    internal IAsyncEnumerable<RecordedEvent> Observed(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken) =>
        _statistics is null ? events : _statistics.ObserveAsync(events, cancellationToken);

    /// <summary>Counts what rows cost; the fold counts for itself.</summary>
    private async Task<T> AskAsync<T>(Func<IWorldReader, Task<T>> ask, Func<T, long> rowsOf)
    {
        var reader = Reader;
        if (_statistics is null || Rows is null)
        {
            return await ask(reader).ConfigureAwait(false);
        }

        var start = Stopwatch.GetTimestamp();
        var answer = await ask(reader).ConfigureAwait(false);
        _statistics.CountRows(rowsOf(answer));
        _statistics.Add(Stopwatch.GetElapsedTime(start));
        return answer;
    }

    private IAsyncEnumerable<T> AskEachAsync<T>(IAsyncEnumerable<T> answers, CancellationToken cancellationToken) =>
        _statistics is not null && Rows is not null ? _statistics.ObserveRowsAsync(answers, cancellationToken) : answers;
}
