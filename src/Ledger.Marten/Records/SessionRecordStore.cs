using Ledger.Events;
using Ledger.Json;
using Ledger.Log;
using Ledger.Marten.Appending;
using Ledger.Postgres.Records;
using Ledger.Records;
using Marten;

namespace Ledger.Marten.Records;

/// <summary>A record store under the lock of its stream in a session's transaction, with the unsaved changes of the session.</summary>
internal sealed class SessionRecordStore : IChronoTransaction
{
    private readonly IDocumentSession _session;
    private readonly StoreConfiguration _store;
    private readonly PendingSave _pending;
    private readonly StreamLocks _locks;
    private readonly ChronoCommands _commands;
    private readonly IReadOnlyList<ChronoBatch> _unsaved;
    private readonly bool _looksUp;

    private SessionRecordStore(
        IDocumentSession session,
        StoreConfiguration store,
        PendingSave pending,
        StreamName stream,
        StreamLocks locks,
        bool looksUp,
        CancellationToken cancellationToken)
    {
        _session = session;
        _store = store;
        _pending = pending;
        _locks = locks;
        _commands = new ChronoCommands(session.Connection, null, stream, store.Ledger, cancellationToken);
        _unsaved = pending.Records.Of(session, stream);
        _looksUp = looksUp;
        Stream = stream;
    }

    public StreamName Stream { get; }

    public ChronoPlace Place { get; private set; }

    /// <summary>Locks a store that exists, or null.</summary>
    public static Task<SessionRecordStore?> FindAsync(
        IDocumentSession session, StoreConfiguration store, StreamName stream, CancellationToken cancellationToken) =>
        LockAsync(
            session,
            store,
            stream,
            () => store.InLogAsync(session, () => StreamLocks.TakeAsync(session.Connection, store, [], [stream.Value], cancellationToken)),
            false,
            cancellationToken);

    /// <summary>Locks a store, whose stream is created if it is missing, to write events with these ids of the caller; none if the ids are new.</summary>
    public static async Task<SessionRecordStore> LockAsync(
        IDocumentSession session, StoreConfiguration store, StreamName stream, Guid[] ids, CancellationToken cancellationToken) =>
        (await LockAsync(
            session,
            store,
            stream,
            () => store.InLogAsync(session, () => StreamLocks.TakeAsync(session.Connection, store, [stream.Value], ids, null, cancellationToken)),
            ids.Length > 0,
            cancellationToken).ConfigureAwait(false))!;

    public async Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys)
    {
        var rows = (await _commands.FindRowsAsync(keys).ConfigureAwait(false)).ToDictionary(row => RowKey.Of(row.Key));
        var wanted = keys.Select(RowKey.Of).ToHashSet();
        foreach (var row in _unsaved.SelectMany(batch => batch.Rows))
        {
            if (RowKey.Of(row.Key) is var key && wanted.Contains(key))
            {
                // A row that exists keeps its place in the order.
                rows[key] = row with { Ordinal = rows.GetValueOrDefault(key)?.Ordinal ?? row.Ordinal };
            }
        }

        return [.. rows.Values];
    }

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids) =>
        [.. await _commands.FindEventsAsync(ids).ConfigureAwait(false), .. Unsaved().Where(e => ids.Contains(e.Id))];

    public async Task<(Guid Id, StreamName Holder)?> FindElsewhereAsync(IReadOnlyCollection<Guid> ids) =>
        await _commands.FindElsewhereAsync(ids).ConfigureAwait(false);

    // Asked only for what other programs appended and committed, so that there is nothing unsaved.
    public Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count) => _commands.ReadRowsAsync(afterOrdinal, count);

    public Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count) => _commands.ReadEventsAsync(from, count);

    public async Task<bool> WriteAsync(ChronoBatch batch)
    {
        if (batch.Events.Count == 0)
        {
            await _commands.WriteRowsAsync(batch).ConfigureAwait(false);
        }
        else
        {
            // The locks know the ids of the log, but not those of events that a compaction has moved to the archive.
            if (batch.Events.Exists(e => _locks.Find(e.Id) is not null)
                || (_looksUp && await FindElsewhereAsync(batch.Events.ConvertAll(e => e.Id)).ConfigureAwait(false) is not null))
            {
                return false;
            }

            if (_locks[Stream].IsArchived)
            {
                throw new StreamArchivedException(Stream);
            }

            AppendRules.CheckSize(batch.Events.Sum(e => (long)e.Json.Length + e.Headers.Length));
            var part = new AppendRequest.Part(Stream, ExpectedVersion.Any, [.. batch.Events.Select(ItemOf)]);
            var events = SessionEvents.Add(
                _session, _store.Ledger.Registry, part, batch.Before.StreamVersion, _locks[Stream].NextTime, _pending);
            _pending.Records.Add(Stream, batch, events);
        }

        Place = batch.After with { ArchivedTo = Place.ArchivedTo };
        return true;
    }

    public async Task ClearRowsAsync()
    {
        await _commands.ClearRowsAsync().ConfigureAwait(false);
        Place = Place.IsRewritten ? Place with { Version = -1 - Place.Version } : Place;
    }

    public Task<long> ArchiveAsync(long to, CompactedHistory history) =>
        throw new NotSupportedException("A store is compacted by itself, not in a session.");

    private static async Task<SessionRecordStore?> LockAsync(
        IDocumentSession session,
        StoreConfiguration store,
        StreamName stream,
        Func<Task<StreamLocks>> take,
        bool looksUp,
        CancellationToken cancellationToken)
    {
        await store.BeginAsync(session, cancellationToken).ConfigureAwait(false);
        var locks = await take().ConfigureAwait(false);
        if (locks.Find(stream.Value) is null)
        {
            return null;
        }

        var pending = PendingSave.Of(session, store);
        pending.SetLocked([stream.Value]);
        foreach (var unsaved in UnsavedEvents.Streams(session))
        {
            locks.Add(unsaved, store.Ledger.Registry, session.DocumentStore.Options.Serializer());
        }

        var locked = new SessionRecordStore(session, store, pending, stream, locks, looksUp, cancellationToken);
        await locked.BeginAsync().ConfigureAwait(false);
        return locked;
    }

    private static AppendRequest.Item ItemOf(NewChronoEvent item) => new(
        item.Id,
        new NewEvent(new UntypedEvent(item.Type, EventJson.ParseElement(item.Json))),
        new SerializedEvent(item.Type, ChronoParameters.ClrType, item.Json, item.Headers));

    private async Task BeginAsync()
    {
        var saved = await _commands.GetPlaceAsync().ConfigureAwait(false);
        Place = _unsaved is [.., var last] ? last.After with { ArchivedTo = saved.ArchivedTo } : saved;
    }

    private IEnumerable<RecordedEvent> Unsaved() => _unsaved.SelectMany(batch => batch.Events.Select((item, i) => new RecordedEvent(
        _store.Ledger.Registry,
        Stream,
        new StreamVersion(batch.Before.StreamVersion + i + 1),
        default,
        item.Id,
        item.Type,
        item.Json,
        item.Headers,
        default)));
}
