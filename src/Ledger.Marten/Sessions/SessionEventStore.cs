using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Appending;
using Ledger.Marten.Streams;
using Ledger.Records;
using Ledger.Runs;
using Marten;

namespace Ledger.Marten.Sessions;

/// <summary>The log within a session of the application: appends are written when the session is saved.</summary>
/// <remarks>Not safe for concurrent use, as the session is not. Reads see committed data, not the unsaved changes of the session.</remarks>
internal sealed class SessionEventStore(IDocumentSession session, StoreConfiguration store, MartenEventStore engine) : IEventStore
{
    private readonly SessionAggregates _aggregates = new(session);

    public EventRegistry Registry => store.Ledger.Registry;

    // Data stored outside the log reflects committed events. The engine's writes to record stores would not be part of the session, which has its own
    // by Records, and calls are not made in one.
    public T? Get<T>()
        where T : class =>
        this as T ?? _aggregates as T
            ?? (typeof(T).IsInterface && typeof(T) != typeof(IChronoLog) && typeof(T) != typeof(ICallOwners) ? engine.Get<T>() : null);

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
        var branch = await engine.DescribeAsync(fork, cancellationToken).ConfigureAwait(false);
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

    public Task<IReadOnlyList<History>> FindHistoriesAsync(
        IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        engine.FindHistoriesAsync(streams, cancellationToken);

    public Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        store.Native.On(session.Connection).ArchiveAsync(stream, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default) => engine.ReadForwardAsync(stream, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default) => engine.ReadBackwardAsync(stream, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default) => engine.ReadHistoryAsync(history, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        engine.ReadLogAsync(after, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        engine.FindEventsAsync(ids, cancellationToken);

    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        engine.GetStreamAsync(stream, cancellationToken);

    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        engine.ListStreamsAsync(prefix, cancellationToken);

    public Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        engine.GetHistoryAsync(stream, cancellationToken);

    public Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) =>
        engine.GetBranchAsync(branch, cancellationToken);

    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        engine.ListBranchesAsync(root, cancellationToken);
}
