using Ledger.Log;
using Ledger.Marten.Appending;
using Ledger.Marten.Records;
using Ledger.Marten.Streams;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Marten;

namespace Ledger.Marten;

/// <summary>A record store within a session of Marten: its records are written when the session is saved, with its documents, or not at all.</summary>
/// <remarks>
/// <list type="number">
/// <item>A write begins the session's transaction and keeps the store locked until the session is saved or disposed; the returned event, with its seq
/// and hash, is valid once the session is saved. Further writes continue its chain. A refusal is thrown at once; if the session then has nothing to
/// save, only disposing it ends the lock.</item>
/// <item>Marten appends the events, so its inline projections run; the rows for queries are written after them, in the same transaction.</item>
/// <item>Reads lock the store too and see the unsaved writes of the session, so that what they return stays until the session is saved.</item>
/// </list>
/// <para>Not safe for concurrent use, as the session is not. Save soon: other writers of the store wait. Queries, verification, compaction and files
/// are those of a <see cref="ChronoStore"/>.</para>
/// </remarks>
public sealed class SessionRecords
{
    private readonly IDocumentSession _session;
    private readonly StoreConfiguration _store;
    private readonly MartenEventStore _engine;
    private readonly ChronoOptions _options;
    private readonly RecordWrites _writes;

    internal SessionRecords(IDocumentSession session, StoreConfiguration store, MartenEventStore engine, string project, ChronoOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.RecursionDepth, nameof(options));
        Project = project;
        Stream = StreamName.Chrono(project);
        _session = session;
        _store = store;
        _engine = engine;
        _options = options;
        _writes = new RecordWrites(Stream, options);
    }

    /// <summary>The project's name.</summary>
    public string Project { get; }

    /// <summary>The stream of the events.</summary>
    public StreamName Stream { get; }

    /// <summary>Writes a record, replacing any record with its id, and returns the event with its seq and hash.</summary>
    /// <param name="record">The record; its recursion depth is set to the store's.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the field.</exception>
    /// <exception cref="StreamArchivedException">The store is archived.</exception>
    public async Task<WalEvent> UpsertAsync(ChronoRecord record, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Upsert(record, TimeOrderedId.Create())], false, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Writes a record once, however often it is called with the same event id; for retries after a lost answer.</summary>
    /// <param name="record">The record; its recursion depth is set to the store's.</param>
    /// <param name="eventId">The id of the event. If the store has it, nothing is written and the stored event is returned.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the field.</exception>
    /// <exception cref="EventIdInUseException">The log has the id, and it is not a repetition of the call.</exception>
    /// <exception cref="StreamArchivedException">The store is archived.</exception>
    public async Task<WalEvent> UpsertAsync(ChronoRecord record, Guid eventId, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Upsert(record, eventId)], true, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Writes records in order, and returns their events.</summary>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the record and the field.</exception>
    /// <exception cref="StreamArchivedException">The store is archived.</exception>
    public Task<IReadOnlyList<WalEvent>> UpsertManyAsync(IEnumerable<ChronoRecord> records, CancellationToken cancellationToken = default) =>
        WriteAsync(_writes.UpsertMany(records, TimeOrderedId.Create()), false, cancellationToken);

    /// <summary>Writes records in order, once, however often it is called with the same call id.</summary>
    /// <param name="records">The records.</param>
    /// <param name="callId">The id of the call; the event ids are derived from it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the record and the field.</exception>
    /// <exception cref="StreamArchivedException">The store is archived.</exception>
    public Task<IReadOnlyList<WalEvent>> UpsertManyAsync(
        IEnumerable<ChronoRecord> records,
        Guid callId,
        CancellationToken cancellationToken = default) => WriteAsync(_writes.UpsertMany(records, callId), true, cancellationToken);

    /// <summary>Marks a record as deleted; it stays readable, with the status <c>tombstone</c>.</summary>
    /// <remarks>Deleting an unknown id still writes an event, which has no effect.</remarks>
    /// <exception cref="ChronoRecordException">The id is not text that can be stored.</exception>
    /// <exception cref="StreamArchivedException">The store is archived.</exception>
    public async Task<WalEvent> DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Delete(id, TimeOrderedId.Create())], false, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Marks a record as deleted, with one event however often it is called with the same event id.</summary>
    /// <exception cref="ChronoRecordException">The id is not text that can be stored.</exception>
    /// <exception cref="EventIdInUseException">The log has the id, and it is not a repetition of the call.</exception>
    /// <exception cref="StreamArchivedException">The store is archived.</exception>
    public async Task<WalEvent> DeleteAsync(string id, Guid eventId, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Delete(id, eventId)], true, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>The record with an id, even if deleted, or null.</summary>
    public async Task<ChronoRecord?> GetAsync(string id, CancellationToken cancellationToken = default) =>
        ChronoRow.FindKeyOf(id) is { } key
        && await FindAsync(cancellationToken).ConfigureAwait(false) is { } locked
        && await locked.FindRowsAsync([key]).ConfigureAwait(false) is [var row]
            ? row.ToRecord()
            : null;

    /// <summary>The head of the chain, with the unsaved writes of the session.</summary>
    public async Task<ChainHead> GetHeadAsync(CancellationToken cancellationToken = default) =>
        (await FindAsync(cancellationToken).ConfigureAwait(false))?.Place.Head ?? default;

    private async Task<SessionRecordStore?> FindAsync(CancellationToken cancellationToken)
    {
        await _engine.EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
        var locked = await SessionRecordStore.FindAsync(_session, _store, Stream, cancellationToken).ConfigureAwait(false);
        if (locked is not null)
        {
            await CatchUp.RunAsync(locked).ConfigureAwait(false);
        }

        PendingSave.EndTransaction(_session, _store);
        return locked;
    }

    private async Task<IReadOnlyList<WalEvent>> WriteAsync(
        IReadOnlyList<(PreparedChange Change, Guid Id)> changes, bool looksUp, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        await _engine.PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        var locked = await SessionRecordStore.LockAsync(
            _session, _store, Stream, looksUp ? [.. changes.Select(c => c.Id)] : [], cancellationToken).ConfigureAwait(false);
        var written = await LockedWrite.RunAsync(
            locked, [new PendingWrite(changes, areNew: false, cancellationToken)], looksUp, _options.TimeProvider).ConfigureAwait(false);
        PendingSave.EndTransaction(_session, _store);
        return written.Events![0];
    }
}
