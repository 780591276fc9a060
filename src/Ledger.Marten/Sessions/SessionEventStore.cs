using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Appending;
using Ledger.Marten.Streams;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Worlds;
using Marten;

namespace Ledger.Marten.Sessions;

/// <summary>The log within a session of the application: appends are written when the session is saved, and read from it before.</summary>
/// <remarks>
/// Not safe for concurrent use, as the session is not. While the session has locked a stream, reads use its connection and transaction. The world of a history with
/// unsaved events is folded from its events, because rows and documents do not have them.
/// </remarks>
internal sealed class SessionEventStore(IDocumentSession session, StoreConfiguration store, MartenEventStore engine) : IEventStore, IUnsavedLog
{
    private readonly SessionAggregates _aggregates = new(session);
    private readonly SessionReader _reader = new(session, store, engine);

    public EventRegistry Registry => store.Ledger.Registry;

    // What is stored outside the log reflects saved events. The engine's writes to record stores would not be part of the session, which has its own
    // by Records, and calls are not made in one.
    public T? Get<T>()
        where T : class =>
        this as T ?? _aggregates as T ?? (typeof(T) == typeof(ILogIdentity) ? engine.Get<T>() : !typeof(T).IsInterface || typeof(T) == typeof(IChronoLog) || typeof(T) == typeof(ICallOwners) || typeof(T) == typeof(ICallHistory)
            || typeof(T) == typeof(IMaskingLog) ? null : Capability<T>());

    public void DoAfterSave(StreamName stream, Func<CancellationToken, Task> what) => PendingSave.Of(session, store).DoAfterCommit(stream, what);

    /// <summary>A record store in the session.</summary>
    public SessionRecords Records(string project, ChronoOptions options) => new(session, store, engine, project, options);

    public async Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default)
    {
        var request = AppendRequest.Create(appends, Registry);
        cancellationToken.ThrowIfCancellationRequested();
        await engine.PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        var (results, _) = await new SessionWriter(session, store).AppendAsync(request, cancellationToken).ConfigureAwait(false);
        PendingSave.EndTransaction(session, store);
        return results;
    }

    public async Task<BranchInfo> CreateBranchAsync(BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentNullException.ThrowIfNull(metadata);
        var described = branch.Describe();
        var newEvent = new NewEvent(branch, metadata) { CorrelationId = described.Root.Value };
        var item = new AppendRequest.Item(newEvent.IdIn(described.Stream), newEvent, Registry.Write(newEvent));
        await engine.PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        return await new SessionWriter(session, store).CreateBranchAsync(described, item, cancellationToken).ConfigureAwait(false);
    }

    public async Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        await engine.PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        await new SessionWriter(session, store).LockUnsavedAsync([fork.Parent.Value], cancellationToken).ConfigureAwait(false);
        var branch = await _reader.DescribeAsync(fork, cancellationToken).ConfigureAwait(false);
        return await CreateBranchAsync(branch, fork.Metadata, cancellationToken).ConfigureAwait(false);
    }

    // Both are part of the session.
    public async Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        var append = fork.ToAppend(events);
        var branch = await ForkAsync(fork, cancellationToken).ConfigureAwait(false);
        await AppendAsync([append], cancellationToken).ConfigureAwait(false);
        return branch;
    }

    public async Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        await store.CheckConnectionAsync(session, cancellationToken).ConfigureAwait(false);
        await store.NativeOn(session).ArchiveAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default) => _reader.ReadForwardAsync(stream, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default) => _reader.ReadBackwardAsync(stream, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default) => _reader.ReadHistoryAsync(history, from, to, cancellationToken);

    // Unsaved events have no place in the order of the log yet.
    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        engine.ReadLogAsync(after, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        _reader.FindEventsAsync(ids, cancellationToken);

    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        _reader.GetStreamAsync(stream, cancellationToken);

    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return _reader.ListStreamsAsync(prefix, cancellationToken);
    }

    public Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        _reader.GetHistoryAsync(stream, cancellationToken);

    public Task<IReadOnlyList<History>> FindHistoriesAsync(
        IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        _reader.FindHistoriesAsync(streams, cancellationToken);

    public Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) =>
        _reader.Stored.GetBranchAsync(branch, cancellationToken);

    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        _reader.Stored.ListBranchesAsync(root, cancellationToken);

    private T? Capability<T>()
        where T : class
    {
        if (!UnsavedEvents.Exist(session))
        {
            return engine.Get<T>();
        }

        object? capability = engine.Get<T>() switch
        {
            ISnapshotStore stored when typeof(T) == typeof(ISnapshotStore) => new SessionSnapshots(stored, _reader),
            IWorldReader rows when typeof(T) == typeof(IWorldReader) =>
                new SessionWorlds(rows, new FoldingWorldReader(this, null, store.Logger), _reader.HasUnsaved),
            IMergeReader rows when typeof(T) == typeof(IMergeReader) => new SessionMerges(rows, _reader.HasUnsaved),
            ILogSearch search when typeof(T) == typeof(ILogSearch) => new SessionSearch(search, new ScanningLogSearch(this), _reader.HasUnsaved),
            var other => other,
        };
        return capability as T;
    }
}
