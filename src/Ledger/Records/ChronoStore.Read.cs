using System.Runtime.CompilerServices;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Reading.</content>
public sealed partial class ChronoStore
{
    /// <summary>The record with an id, even if deleted, or null.</summary>
    public async Task<ChronoRecord?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (ChronoRow.FindKeyOf(id) is not { } key)
        {
            return null;
        }

        var (place, row) = await _session.FindRowAsync(key, cancellationToken).ConfigureAwait(false);
        if (place.IsBehind)
        {
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            (_, row) = await _session.FindRowAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return row?.ToRecord();
    }

    /// <summary>The record with an id as it was at a moment, or null if it did not exist yet.</summary>
    /// <exception cref="ChronoHistoryLostException">The store no longer has the history of that moment.</exception>
    public async Task<ChronoRecord?> GetAsync(string id, ChronoMoment at, CancellationToken cancellationToken = default)
    {
        var key = ChronoRow.FindKeyOf(id);
        await PlaceAsync(cancellationToken).ConfigureAwait(false);
        await FirstAsync(at, cancellationToken).ConfigureAwait(false);
        var state = new ChronoState();
        if (key is not null)
        {
            await foreach (var (recorded, isApplied) in _session.ReadHistoryAsync(key, cancellationToken).ConfigureAwait(false))
            {
                if (isApplied)
                {
                    state.Apply(LogEntry.Of(recorded), at);
                }
            }
        }

        return state.Find(id);
    }

    /// <summary>All records as they were at a moment, in memory.</summary>
    /// <remarks>Folds the log from its beginning.</remarks>
    /// <exception cref="ChronoHistoryLostException">The store no longer has the history of that moment.</exception>
    public async Task<ChronoState> GetStateAsync(ChronoMoment at, CancellationToken cancellationToken = default)
    {
        var place = await PlaceAsync(cancellationToken).ConfigureAwait(false);
        await FirstAsync(at, cancellationToken).ConfigureAwait(false);
        var state = new ChronoState();
        await foreach (var recorded in _session.ReadEventsAsync(1, place.Version, cancellationToken).ConfigureAwait(false))
        {
            state.Apply(LogEntry.Of(recorded), at);
        }

        return state;
    }

    /// <summary>Streams the records that match a query, in the order of their first insertion.</summary>
    /// <param name="query">The query; null for the active records.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public IAsyncEnumerable<ChronoRecord> QueryAsync(ChronoQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new ChronoQuery();
        return ReadRowsAsync(RowFilter.Of(query), query.Matches, cancellationToken);
    }

    /// <summary>The active records, in order, whatever their confidence.</summary>
    public IAsyncEnumerable<ChronoRecord> ExportRecordsAsync(CancellationToken cancellationToken = default) =>
        ReadRowsAsync(RowFilter.Active, record => record.Status == "active", cancellationToken);

    /// <summary>All records, including deleted ones, in order.</summary>
    public IAsyncEnumerable<ChronoRecord> ReadRecordsAsync(CancellationToken cancellationToken = default) =>
        ReadRowsAsync(RowFilter.None, _ => true, cancellationToken);

    /// <summary>The number of active records.</summary>
    public async Task<long> RecordCountAsync(CancellationToken cancellationToken = default)
    {
        await PlaceAsync(cancellationToken).ConfigureAwait(false);
        return await _session.CountActiveAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The seq of the last event, which the reference calls <c>wal_seq</c>; 0 for none.</summary>
    public async Task<long> SequenceAsync(CancellationToken cancellationToken = default) =>
        (await PlaceAsync(cancellationToken).ConfigureAwait(false)).Seq;

    /// <summary>The head of the chain; stored elsewhere, it later proves that nothing up to it changed. See <see cref="VerifyChainAsync(ChronoVerification, CancellationToken)"/>.</summary>
    public async Task<ChainHead> GetHeadAsync(CancellationToken cancellationToken = default) =>
        (await PlaceAsync(cancellationToken).ConfigureAwait(false)).Head;

    /// <summary>Streams the events from a seq on, in order, including archived ones.</summary>
    public async IAsyncEnumerable<WalEvent> ReplayAsync(
        long fromSeq = 0,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var place = await PlaceAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var recorded in _session.ReadEventsAsync(1, place.Version, cancellationToken).ConfigureAwait(false))
        {
            if (LogEntry.SeqOf(recorded) >= fromSeq && LogEntry.Of(recorded).Event is { } walEvent)
            {
                yield return walEvent;
            }
        }
    }

    /// <summary>Streams the events about a record, in order.</summary>
    public async IAsyncEnumerable<WalEvent> HistoryAsync(
        string id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await PlaceAsync(cancellationToken).ConfigureAwait(false);
        if (ChronoRow.FindKeyOf(id) is not { } key)
        {
            yield break;
        }

        await foreach (var (recorded, _) in _session.ReadHistoryAsync(key, cancellationToken).ConfigureAwait(false))
        {
            if (LogEntry.Of(recorded).Event is { } walEvent)
            {
                yield return walEvent;
            }
        }
    }

    private async IAsyncEnumerable<ChronoRecord> ReadRowsAsync(
        RowFilter filter,
        Func<ChronoRecord, bool> matches,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await PlaceAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var row in _session.ReadRowsAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if (row.ToRecord() is var record && matches(record))
            {
                yield return record;
            }
        }
    }

    // Refuses a moment before the state that the log begins with.
    private async Task FirstAsync(ChronoMoment at, CancellationToken cancellationToken)
    {
        await foreach (var recorded in _session.ReadEventsAsync(1, long.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            if (LogEntry.Of(recorded).State is { } first && !at.Includes(first.Seq, first.Ts))
            {
                throw new ChronoHistoryLostException(at, first.Seq);
            }

            return;
        }
    }
}
