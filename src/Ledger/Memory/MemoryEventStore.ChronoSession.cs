using System.Text;
using Ledger.Log;
using Ledger.Records;

namespace Ledger;

public sealed partial class MemoryEventStore
{
    /// <summary>A record store in memory. Archived events stay where they are, because this log keeps every event.</summary>
    private sealed class ChronoSession(MemoryEventStore store, StreamName stream, ChronoRows rows) : IChronoSession
    {
        public StreamName Stream => stream;

        public async Task<ChronoPlace> GetPlaceAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (store._gate)
            {
                return Place();
            }
        }

        public async Task<(ChronoPlace Place, ChronoRow? Row)> FindRowAsync(byte[] key, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (store._gate)
            {
                return (Place(), rows.ByKey.GetValueOrDefault(RowKey.Of(key)));
            }
        }

        public IAsyncEnumerable<ChronoRow> ReadRowsAsync(RowFilter filter, CancellationToken cancellationToken) =>
            Enumerate(() => Rows().Where(r => (filter.Kind ?? r.Kind) == r.Kind && (filter.Status ?? r.Status) == r.Status), cancellationToken);

        public async Task<long> CountActiveAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Rows().LongCount(r => r.Status == RowFilter.Active.Status);
        }

        public IAsyncEnumerable<RecordedEvent> ReadEventsAsync(long from, long to, CancellationToken cancellationToken) =>
            Enumerate(() => Read(from, to), cancellationToken);

        public IAsyncEnumerable<(RecordedEvent Event, bool IsApplied)> ReadHistoryAsync(byte[] key, CancellationToken cancellationToken) =>
            Enumerate(() => History(RowKey.Of(key)), cancellationToken);

        public IAsyncEnumerable<RecordChange> ReadChangesAsync(long to, CancellationToken cancellationToken) =>
            Enumerate(() => Changes(to), cancellationToken);

        public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (store._gate)
            {
                return [.. ids.Select(id => store.FindEvent(stream, id)).OfType<RecordedEvent>().OrderBy(e => e.Version.Value)];
            }
        }

        public async Task VerifyAsync(long from, long to, ChainVerifier verifier, CancellationToken cancellationToken)
        {
            foreach (var recorded in Read(from, to).Where(e => e.Type == ChronoNames.Event))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var json = recorded.ToJsonElement();
                var text = Encoding.UTF8.GetBytes(json.GetProperty(ChronoNames.Text.Value).GetString()!);
                if (!verifier.Add(text, Encoding.UTF8.GetBytes(json.GetProperty(ChronoNames.Hash.Value).GetString()!), store.MaskOf(recorded.Id)))
                {
                    return;
                }
            }
        }

        public async Task<long?> FindErasedAsync(long after, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (store._gate)
            {
                return store._masked.Keys.Select(id => store._eventsById[id])
                    .Where(e => e.Stream == stream && e.Content.Type == ChronoNames.Event && e.Version.Value > Math.Max(after, rows.DeletedTo))
                    .Min(e => (long?)e.Version.Value);
            }
        }

        public async Task<bool> TryWriteAsync(ChronoBatch batch, CancellationToken cancellationToken)
        {
            await rows.Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                lock (store._gate)
                {
                    if (Place() != batch.Before || !store.TryAppend(stream, batch))
                    {
                        return false;
                    }

                    rows.Apply(batch);
                    return true;
                }
            }
            finally
            {
                rows.Writing.Release();
            }
        }

        public async Task<T> WithLockAsync<T>(Func<IChronoTransaction, Task<T>> work, CancellationToken cancellationToken)
        {
            await rows.Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ChronoTransaction transaction;
                lock (store._gate)
                {
                    transaction = new ChronoTransaction(store, this, rows, Place());
                }

                var result = await work(transaction).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                transaction.Commit();
                return result;
            }
            finally
            {
                rows.Writing.Release();
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public IEnumerable<RecordedEvent> Read(long from, long to)
        {
            long first;
            lock (store._gate)
            {
                first = Math.Max(from, rows.DeletedTo + 1);
            }

            return store.ReadForward(stream, new StreamVersion(first), new StreamVersion(Math.Max(to, 0)));
        }

        // Another program of this process may have appended to the stream without rows.
        private ChronoPlace Place() => rows.Place with { StreamVersion = store._streams.GetValueOrDefault(stream)?.Version.Value ?? 0 };

        private List<ChronoRow> Rows()
        {
            lock (store._gate)
            {
                return [.. rows.ByKey.Values.OrderBy(r => r.Ordinal)];
            }
        }

        private List<RecordChange> Changes(long to)
        {
            lock (store._gate)
            {
                return [.. rows.Changes.Values.SelectMany(c => c).Where(c => c.Version > rows.DeletedTo && c.Version <= to)];
            }
        }

        private IEnumerable<(RecordedEvent Event, bool IsApplied)> History(RowKey key)
        {
            List<RecordChange> changes;
            long deletedTo;
            lock (store._gate)
            {
                changes = [.. rows.Changes.GetValueOrDefault(key) ?? []];
                deletedTo = rows.DeletedTo;
            }

            return changes.Where(c => c.Version > deletedTo).Select(c => (Read(c.Version, c.Version).Single(), c.IsApplied));
        }
    }
}
