using Ledger.Records;

namespace Ledger;

public sealed partial class MemoryEventStore
{
    /// <summary>Steps that are kept aside until all of them are done.</summary>
    private sealed class ChronoTransaction(MemoryEventStore store, ChronoSession session, ChronoRows rows, ChronoPlace place) : IChronoTransaction
    {
        private readonly List<ChronoBatch> _batches = [];
        private readonly Dictionary<RowKey, ChronoRow> _written = [];
        private bool _isCleared;
        private long? _archivedTo;
        private long? _deletedTo;

        public StreamName Stream => session.Stream;

        public ChronoPlace Place { get; private set; } = place;

        public async Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys) =>
            [.. keys.Select(k => Find(RowKey.Of(k))).OfType<ChronoRow>()];

        public async Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count)
        {
            IEnumerable<RowKey> keys = _isCleared ? _written.Keys : rows.ByKey.Keys.Union(_written.Keys);
            return [.. keys.Select(k => Find(k)!).Where(r => r.Ordinal > afterOrdinal).OrderBy(r => r.Ordinal).Take(count)];
        }

        public async Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count) =>
            [.. session.Read(from, from + count - 1)];

        public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids) => session.FindEventsAsync(ids, default);

        public async Task<(Guid Id, StreamName Holder)?> FindElsewhereAsync(IReadOnlyCollection<Guid> ids)
        {
            lock (store._gate)
            {
                foreach (var id in ids)
                {
                    if (store._eventsById.GetValueOrDefault(id) is { } found && found.Stream != session.Stream)
                    {
                        return (id, found.Stream);
                    }
                }

                return null;
            }
        }

        public async Task<bool> WriteAsync(ChronoBatch batch)
        {
            lock (store._gate)
            {
                if (batch.Events.Exists(e => store._eventsById.ContainsKey(e.Id)))
                {
                    return false;
                }
            }

            foreach (var row in batch.Rows)
            {
                var key = RowKey.Of(row.Key);
                _written[key] = row with { Ordinal = Find(key)?.Ordinal ?? row.Ordinal };
            }

            _batches.Add(batch);
            Place = batch.After with { ArchivedTo = _archivedTo ?? batch.After.ArchivedTo };
            return true;
        }

        public async Task<long> ArchiveAsync(long to, CompactedHistory history)
        {
            var from = Place.ArchivedTo + 1;
            _archivedTo = to;
            _deletedTo = history == CompactedHistory.Delete ? to : _deletedTo;
            Place = Place with { ArchivedTo = to };
            return session.Read(from, to).LongCount(e => e.Type == ChronoNames.Event);
        }

        public Task ClearRowsAsync()
        {
            _isCleared = true;
            _written.Clear();
            Place = Place.IsRewritten ? Place with { Version = -1 - Place.Version } : Place;
            return Task.CompletedTask;
        }

        public void Commit()
        {
            lock (store._gate)
            {
                if (_isCleared)
                {
                    (rows.ByKey, rows.Changes) = ([], []);
                }

                foreach (var batch in _batches)
                {
                    store.TryAppend(session.Stream, batch);
                    rows.Apply(batch);
                }

                rows.Place = Place;
                rows.DeletedTo = _deletedTo ?? rows.DeletedTo;
            }
        }

        private ChronoRow? Find(RowKey key) =>
            _written.GetValueOrDefault(key) ?? (_isCleared ? null : rows.ByKey.GetValueOrDefault(key));
    }
}
