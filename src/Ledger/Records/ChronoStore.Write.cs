using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Writing.</content>
public sealed partial class ChronoStore
{
    /// <summary>Writes a record, replacing any record with its id, and returns the event with its seq and hash.</summary>
    /// <param name="record">The record; its recursion depth is set to the store's.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the field.</exception>
    public async Task<WalEvent> UpsertAsync(ChronoRecord record, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Upsert(record, TimeOrderedId.Create())], areNew: true, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Writes a record once, however often it is called with the same event id; for retries after a lost answer.</summary>
    /// <param name="record">The record; its recursion depth is set to the store's.</param>
    /// <param name="eventId">The id of the event. If the store has it, nothing is written and the stored event is returned.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the field.</exception>
    /// <exception cref="EventIdInUseException">An event of another stream has the id.</exception>
    public async Task<WalEvent> UpsertAsync(ChronoRecord record, Guid eventId, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Upsert(record, eventId)], areNew: false, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Writes records in order, all or none, and returns their events.</summary>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the record and the field.</exception>
    public Task<IReadOnlyList<WalEvent>> UpsertManyAsync(IEnumerable<ChronoRecord> records, CancellationToken cancellationToken = default) =>
        WriteAsync(_writes.UpsertMany(records, TimeOrderedId.Create()), areNew: true, cancellationToken);

    /// <summary>Writes records in order, all or none, once, however often it is called with the same call id.</summary>
    /// <param name="records">The records.</param>
    /// <param name="callId">The id of the call; the event ids are derived from it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChronoRecordException">A value is not accepted; the exception names the record and the field.</exception>
    public Task<IReadOnlyList<WalEvent>> UpsertManyAsync(
        IEnumerable<ChronoRecord> records,
        Guid callId,
        CancellationToken cancellationToken = default) => WriteAsync(_writes.UpsertMany(records, callId), areNew: false, cancellationToken);

    /// <summary>Marks a record as deleted; it stays readable, with the status <c>tombstone</c>.</summary>
    /// <remarks>Deleting an unknown id still writes an event, which has no effect.</remarks>
    /// <exception cref="ChronoRecordException">The id is not text that can be stored.</exception>
    public Task<WalEvent> DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        DeleteAsync(id, TimeOrderedId.Create(), cancellationToken);

    /// <summary>Marks a record as deleted, with one event however often it is called with the same event id.</summary>
    /// <exception cref="ChronoRecordException">The id is not text that can be stored.</exception>
    public async Task<WalEvent> DeleteAsync(string id, Guid eventId, CancellationToken cancellationToken = default) =>
        (await WriteAsync([_writes.Delete(id, eventId)], areNew: false, cancellationToken).ConfigureAwait(false))[0];

    private Task<IReadOnlyList<WalEvent>> WriteAsync(
        IReadOnlyList<(PreparedChange Change, Guid Id)> changes,
        bool areNew,
        CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return changes.Count == 0
            ? Task.FromResult<IReadOnlyList<WalEvent>>([])
            : _writer.WriteAsync(changes, areNew, cancellationToken);
    }
}
