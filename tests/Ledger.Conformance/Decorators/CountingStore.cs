using System.Runtime.CompilerServices;
using Ledger.Log;

namespace Ledger.Conformance.Decorators;

/// <summary>A decorator as an application writes one: it counts appends and reads of histories, and passes everything else on.</summary>
/// <param name="inner">The store.</param>
/// <param name="before">Runs before each append, given its number; may throw.</param>
/// <param name="after">Runs after each append.</param>
/// <param name="beforeRead">Runs before each read of a history.</param>
public sealed class CountingStore(
    IEventStore inner, Func<int, Task>? before = null, Func<int, Task>? after = null, Func<History, Task>? beforeRead = null) : IEventStore
{
    public int Appends { get; private set; }

    public int HistoryReads { get; private set; }

    public int Finds { get; private set; }

    public EventRegistry Registry => inner.Registry;

    public T? Get<T>()
        where T : class => inner.Get<T>();

    public async Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken = default)
    {
        var number = ++Appends;
        await (before?.Invoke(number) ?? Task.CompletedTask);
        var results = await inner.AppendAsync(appends, cancellationToken);
        await (after?.Invoke(number) ?? Task.CompletedTask);
        return results;
    }

    public Task<ImportProgress> ImportAsync(
        IAsyncEnumerable<StreamEvent> events, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default) =>
        inner.ImportAsync(events, progress, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream, StreamVersion from = default, StreamVersion? to = null, CancellationToken cancellationToken = default) =>
        inner.ReadForwardAsync(stream, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream, StreamVersion? from = null, StreamVersion to = default, CancellationToken cancellationToken = default) =>
        inner.ReadBackwardAsync(stream, from, to, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history, Position from = default, Position? to = null, CancellationToken cancellationToken = default)
    {
        HistoryReads++;
        var events = inner.ReadHistoryAsync(history, from, to, cancellationToken);
        return beforeRead is null ? events : AfterAsync(beforeRead, history, events, cancellationToken);
    }

    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        inner.ReadLogAsync(after, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        Finds++;
        return inner.FindEventsAsync(ids, cancellationToken);
    }

    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        inner.GetStreamAsync(stream, cancellationToken);

    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        inner.ListStreamsAsync(prefix, cancellationToken);

    public Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default) => inner.ArchiveAsync(stream, cancellationToken);

    public Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        inner.GetHistoryAsync(stream, cancellationToken);

    public Task<BranchInfo> CreateBranchAsync(BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken = default) =>
        inner.CreateBranchAsync(branch, metadata, cancellationToken);

    public Task<IReadOnlyList<History>> FindHistoriesAsync(
        IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        inner.FindHistoriesAsync(streams, cancellationToken);

    public Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default) =>
        inner.ForkAsync(fork, cancellationToken);

    public Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default) =>
        inner.ForkAsync(fork, events, cancellationToken);

    public Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) =>
        inner.GetBranchAsync(branch, cancellationToken);

    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        inner.ListBranchesAsync(root, cancellationToken);

    private static async IAsyncEnumerable<RecordedEvent> AfterAsync(
        Func<History, Task> before, History history, IAsyncEnumerable<RecordedEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await before(history);
        await foreach (var recorded in events.WithCancellation(cancellationToken))
        {
            yield return recorded;
        }
    }
}
