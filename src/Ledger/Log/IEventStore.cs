namespace Ledger.Log;

/// <summary>An append-only log of events in named streams: the port that every engine implements.</summary>
/// <remarks>
/// <para>All members are safe for concurrent use. Reading an unknown stream returns nothing. A cancelled append is either written
/// whole or not at all; append the same events again to find out.</para>
/// <para>Wrong use is an <see cref="ArgumentException"/> before anything is read: null, the default <see cref="StreamName"/>,
/// a stream or an id twice in one append. A call that is cancelled before it begins does nothing.</para>
/// <para>JSON is kept by value, as <c>jsonb</c> keeps it: the order of members does not count, of members with one name the last
/// stays, and numbers are exact at any size. Times have the precision of microseconds; within a stream they never go back.</para>
/// <para>Applications use <see cref="AgentLedger"/> for runs and branches, and this port for their own streams.</para>
/// <para>Further capabilities of an engine, such as tasks, records, worlds from rows, snapshots, documents and search, are reached through <see
/// cref="Get{T}"/>, so that an application can wrap an engine in its own store.</para>
/// </remarks>
public interface IEventStore
{
    /// <summary>The event types that this store reads and writes.</summary>
    EventRegistry Registry { get; }

    /// <summary>Finds a capability of the engine, or null when the engine does not have it.</summary>
    /// <remarks>
    /// <para>The capabilities are <see cref="ILogSearch"/>, <see cref="Projections.IDocumentReader"/>, <see cref="Worlds.IWorldReader"/>,
    /// <see cref="Worlds.ISnapshotStore"/>, <see cref="Tasks.ITaskReader"/>, <see cref="Runs.IRunSummaries"/>, and what <see cref="Records.ChronoStore"/> works on. An engine is also
    /// found by its own type, as <c>Get&lt;PostgresEventStore&gt;()</c>.</para>
    /// <para>A decorator returns <c>inner.Get&lt;T&gt;()</c> for everything that it does not change; tasks, records and the rest then work through
    /// it. Which writes its <see cref="AppendAsync"/> sees:</para>
    /// <list type="number">
    /// <item>It sees appends of <see cref="AgentLedger"/>, <see cref="Run"/>, <see cref="Tasks.TaskLedger"/> and aggregates, which are made through the store
    /// that was passed to them.</item>
    /// <item>It does not see writes of <see cref="Records.ChronoStore"/>: the engine writes an event, its chain and its row in one statement.</item>
    /// <item>It does not see data stored outside the log, such as snapshots, documents and rows. <see cref="ImportAsync"/> and <see cref="CreateBranchAsync"/>
    /// are separate members.</item>
    /// </list>
    /// <para>A decorator passes on the members that have a default, too: the default of <see cref="ForkAsync(BranchFork, IReadOnlyList{NewEvent}, CancellationToken)"/> forks and then
    /// appends, so that a rebase that is cut off in between leaves a branch without its events.</para>
    /// <para>The answer is the same for the lifetime of the store, and is safe for concurrent use where the store is. A call allocates nothing.</para>
    /// </remarks>
    /// <typeparam name="T">The type of the capability.</typeparam>
    T? Get<T>()
        where T : class;

    /// <summary>Appends to one or several streams, all or nothing.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>All events are already in their streams, each under its id with the same type and the same JSON, or masked since: nothing is written, and the first answer is
    /// returned again, regardless of the expected versions. A part without events then returns the current version of its stream.</item>
    /// <item>Some ids are in the log, one is in another stream, or one has another type or other JSON there:
    /// <see cref="EventIdInUseException"/> with the first id, in the order of the call, that is at fault.</item>
    /// <item>A stream is archived: <see cref="StreamArchivedException"/>, also for a part without events.</item>
    /// <item>A stream is not as expected: <see cref="WrongExpectedVersionException"/>.</item>
    /// <item>Otherwise every event is written, in order, and survives a crash of the application or the server. A part without events creates its stream at
    /// version 0, or returns the current version.</item>
    /// </list>
    /// <para>Where several parts are at fault in one way, the first is named. A stream that a refused append would have created does
    /// not exist.</para>
    /// </remarks>
    /// <param name="appends">One part for each stream; a stream may occur once. Results come in the same order.</param>
    /// <param name="cancellationToken">Stops waiting; see the remark on the type.</param>
    /// <exception cref="InvalidEventException">An event cannot be stored: its type is not registered, or its JSON breaks a rule.</exception>
    Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default);

    /// <summary>Appends many events of many streams, in transactions of at most 10,000, with flat memory.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Every stream receives its events in the order of the import, after its existing events.</item>
    /// <item>An event whose id is already in its stream is skipped: repeat an interrupted import to resume it.</item>
    /// <item>When an event is refused, earlier transactions stay committed, and its own transaction writes nothing.</item>
    /// </list>
    /// </remarks>
    /// <param name="events">The events; the streams may alternate.</param>
    /// <param name="progress">Receives the progress after each transaction, or null.</param>
    /// <param name="cancellationToken">Ends the import after or within a transaction, which is then written whole or not at all.</param>
    /// <returns>The totals of the import.</returns>
    /// <exception cref="InvalidEventException">An event cannot be stored.</exception>
    /// <exception cref="EventIdInUseException">Another stream has an event's id, or its own has it with another type or other JSON.</exception>
    /// <exception cref="StreamArchivedException">A stream with new events is archived.</exception>
    Task<ImportProgress> ImportAsync(
        IAsyncEnumerable<StreamEvent> events,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default) => ImportByAppends.RunAsync(this, events, progress, cancellationToken);

    /// <summary>Reads a stream's own events in order, with flat memory.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="from">The version of the first event wanted; 0 and 1 both mean the first one.</param>
    /// <param name="to">The version of the last event wanted, or null for the end.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads a stream's own events from the last to the first, with flat memory.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="from">The version of the first event wanted, the youngest, or null for the end.</param>
    /// <param name="to">The version of the last event wanted, the oldest; 0 and 1 both mean the first of the stream.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default);

    /// <summary>Reads a history in order of position, the prefix from its ancestors first, with flat memory.</summary>
    /// <param name="history">Whose events to read; see <see cref="GetHistoryAsync"/>.</param>
    /// <param name="from">The position of the first event wanted.</param>
    /// <param name="to">The position after the last event wanted, or null for the end.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <remarks>A history's own stream may be absent; the prefix is read then.</remarks>
    /// <exception cref="BrokenHistoryException">A version that the lineage names is not in the log.</exception>
    IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads all streams in log order up to the high-water mark: no event that a running append may still add is passed.</summary>
    /// <param name="after">The number of the last event that is known already.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default);

    /// <summary>Finds events by their ids, whatever streams they are in, in log order; ids that the log does not have are left out.</summary>
    /// <remarks>One query by the index on the ids, with all results in memory: a thousand ids are a good batch.</remarks>
    /// <param name="ids">The ids; one that occurs twice counts once.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default);

    /// <summary>Finds a stream, or null.</summary>
    Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default);

    /// <summary>Lists the streams whose names begin with a text, sorted by code point, with flat memory.</summary>
    /// <param name="prefix">The prefix of the names; the empty string lists all.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default);

    /// <summary>Makes a stream read-only; done twice is done once.</summary>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default);

    /// <summary>Finds the segments of a run's or branch's history, or null when there is no such stream.</summary>
    /// <remarks>Only <see cref="CreateBranchAsync"/> makes a branch: a stream named <c>branch:x</c> that was created in another way has no prefix.</remarks>
    Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default);

    /// <summary>Finds the histories of several streams, in the order of the names; streams that do not exist are left out.</summary>
    /// <param name="streams">The streams; one that occurs twice counts once.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    async Task<IReadOnlyList<History>> FindHistoriesAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        var found = new List<History>();
        foreach (var stream in streams.Distinct())
        {
            if (await GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) is { } history)
            {
                found.Add(history);
            }
        }

        return found;
    }

    /// <summary>Forks a run or branch: looks its history up, and creates the branch as <see cref="CreateBranchAsync"/> does.</summary>
    /// <remarks>The native engine does both in one round trip.</remarks>
    /// <param name="fork">What to fork, and where.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StreamNotFoundException">The parent does not exist.</exception>
    /// <exception cref="ForkPositionException">The position is beyond the end of the parent's history.</exception>
    /// <exception cref="LineageDepthException">The lineage would be too deep.</exception>
    /// <exception cref="BranchExistsException">The stream has events, is a branch, or was forked already.</exception>
    /// <exception cref="StreamArchivedException">The stream was created without events and archived.</exception>
    /// <exception cref="EventIdInUseException">The id derived from the metadata's foreign id is already in the log.</exception>
    async Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        var parent = await GetHistoryAsync(fork.Parent, cancellationToken).ConfigureAwait(false)
            ?? throw new StreamNotFoundException(fork.Parent);
        var stream = await GetStreamAsync(fork.Parent, cancellationToken).ConfigureAwait(false);
        var length = parent.LengthAt(stream?.Version ?? StreamVersion.Empty);
        return await CreateBranchAsync(fork.Of(parent, length), fork.Metadata, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forks a run or branch and appends to the new branch: the engines of Ledger do both in one transaction, so that the branch has all of the events or does not exist.</summary>
    /// <remarks>This default does one after the other; a decorator passes the call on.</remarks>
    /// <param name="fork">What to fork, and where.</param>
    /// <param name="events">The events after <c>branch.created</c>, whose ids no stream may have.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The branch, which has an event more than these.</returns>
    /// <exception cref="StreamNotFoundException">The parent does not exist.</exception>
    /// <exception cref="ForkPositionException">The position is beyond the end of the parent's history.</exception>
    /// <exception cref="LineageDepthException">The lineage would be too deep.</exception>
    /// <exception cref="BranchExistsException">The stream has events, is a branch, or was forked already.</exception>
    /// <exception cref="StreamArchivedException">The stream was created without events and archived.</exception>
    /// <exception cref="EventIdInUseException">An event's id is already in the log.</exception>
    /// <exception cref="InvalidEventException">An event cannot be stored.</exception>
    async Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        var append = fork.ToAppend(events);
        var branch = await ForkAsync(fork, cancellationToken).ConfigureAwait(false);
        await AppendAsync([append], cancellationToken).ConfigureAwait(false);
        return branch;
    }

    /// <summary>Creates a branch: its stream, its first event and its place in the tree, in one transaction.</summary>
    /// <remarks>
    /// The checks come in the order of the exceptions below. The event's correlation is the root's name, its time is not before
    /// that of the last event shared, and a repeated call is refused as an existing branch.
    /// </remarks>
    /// <param name="branch">What the branch is; <see cref="History.Fork"/> makes its lineage.</param>
    /// <param name="metadata">Who forks and why, for the event <c>branch.created</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The parent, the root or the lineage is missing, or the length of the lineage is not the fork position.</exception>
    /// <exception cref="StreamNotFoundException">The parent does not exist.</exception>
    /// <exception cref="BranchExistsException">The stream has events, is a branch, or was forked already.</exception>
    /// <exception cref="StreamArchivedException">The stream was created without events and archived.</exception>
    /// <exception cref="EventIdInUseException">The id derived from the metadata's foreign id is already in the log.</exception>
    /// <exception cref="ForkPositionException">A stream of the lineage has fewer events than are taken from it; the length stated is
    /// that of the part of the prefix that exists.</exception>
    Task<BranchInfo> CreateBranchAsync(
        BranchCreated branch,
        EventMetadata metadata,
        CancellationToken cancellationToken = default);

    /// <summary>Finds a branch, or null; a stream that <see cref="CreateBranchAsync"/> did not create is not a branch.</summary>
    Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default);

    /// <summary>Lists the branches that were forked, directly or through other branches, from a stream, the oldest first.</summary>
    /// <param name="root">The run or branch to start from, or null for every branch.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default);
}
