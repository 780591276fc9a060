using System.Runtime.CompilerServices;
using Ledger.Records;

namespace Ledger.Marten.Chrono;

/// <summary>The native engine's session, behind the making of the tables, which may be for Marten to do.</summary>
/// <param name="native">The native engine's.</param>
/// <param name="ensureSchema">Has Marten make its tables, if it may and has not.</param>
internal sealed class MartenChronoSession(IChronoSession native, Func<CancellationToken, ValueTask> ensureSchema) : IChronoSession
{
    public StreamName Stream => native.Stream;

    public Task<ChronoPlace> GetPlaceAsync(CancellationToken cancellationToken) =>
        AskAsync(() => native.GetPlaceAsync(cancellationToken), cancellationToken);

    public Task<(ChronoPlace Place, ChronoRow? Row)> FindRowAsync(byte[] key, CancellationToken cancellationToken) =>
        AskAsync(() => native.FindRowAsync(key, cancellationToken), cancellationToken);

    public IAsyncEnumerable<ChronoRow> ReadRowsAsync(RowFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(native.ReadRowsAsync(filter, cancellationToken), cancellationToken);

    public Task<long> CountActiveAsync(CancellationToken cancellationToken) =>
        AskAsync(() => native.CountActiveAsync(cancellationToken), cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadEventsAsync(long from, long to, CancellationToken cancellationToken) =>
        ReadAsync(native.ReadEventsAsync(from, to, cancellationToken), cancellationToken);

    public IAsyncEnumerable<(RecordedEvent Event, bool IsApplied)> ReadHistoryAsync(byte[] key, CancellationToken cancellationToken) =>
        ReadAsync(native.ReadHistoryAsync(key, cancellationToken), cancellationToken);

    public IAsyncEnumerable<RecordChange> ReadChangesAsync(long to, CancellationToken cancellationToken) =>
        ReadAsync(native.ReadChangesAsync(to, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        AskAsync(() => native.FindEventsAsync(ids, cancellationToken), cancellationToken);

    public async Task VerifyAsync(long from, long to, ChainVerifier verifier, CancellationToken cancellationToken)
    {
        await ensureSchema(cancellationToken).ConfigureAwait(false);
        await native.VerifyAsync(from, to, verifier, cancellationToken).ConfigureAwait(false);
    }

    public void CheckCaller() => native.CheckCaller();

    public Task<bool> TryWriteAsync(ChronoBatch batch, CancellationToken cancellationToken) =>
        AskAsync(() => native.TryWriteAsync(batch, cancellationToken), cancellationToken);

    public Task<T> WithLockAsync<T>(Func<IChronoTransaction, Task<T>> work, CancellationToken cancellationToken) =>
        AskAsync(() => native.WithLockAsync(work, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => native.DisposeAsync();

    private async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        await ensureSchema(cancellationToken).ConfigureAwait(false);
        return await ask().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<T> ReadAsync<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ensureSchema(cancellationToken).ConfigureAwait(false);
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }
}
