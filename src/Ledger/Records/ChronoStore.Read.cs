using System.Runtime.CompilerServices;
using System.Text;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Reading.</content>
public sealed partial class ChronoStore
{
    /// <summary>The record of an id, also a deleted one, or null.</summary>
    public async Task<ChronoRecord?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (KeyOf(id) is not { } key)
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

    /// <summary>The record of an id as it was, or null where it was not there yet.</summary>
    /// <exception cref="ChronoHistoryLostException">The store is not known as of then.</exception>
    public async Task<ChronoRecord?> GetAsync(string id, ChronoMoment at, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(id);
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

    /// <summary>All records as they were, in memory.</summary>
    /// <remarks>It is folded from the beginning of the log.</remarks>
    /// <exception cref="ChronoHistoryLostException">The store is not known as of then.</exception>
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

    /// <summary>The records that are asked for, in the order of their first insertion, as they come.</summary>
    /// <param name="query">Which ones; null for the active ones.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public IAsyncEnumerable<ChronoRecord> QueryAsync(ChronoQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new ChronoQuery();
        return ReadRowsAsync(RowFilter.Of(query), query.Matches, cancellationToken);
    }

    /// <summary>The active records, in order, however sure they are.</summary>
    public IAsyncEnumerable<ChronoRecord> ExportRecordsAsync(CancellationToken cancellationToken = default) =>
        ReadRowsAsync(RowFilter.Active, record => record.Status == "active", cancellationToken);

    /// <summary>All records, also deleted ones, in order.</summary>
    public IAsyncEnumerable<ChronoRecord> ReadRecordsAsync(CancellationToken cancellationToken = default) =>
        ReadRowsAsync(RowFilter.None, _ => true, cancellationToken);

    /// <summary>How many records are active.</summary>
    public async Task<long> RecordCountAsync(CancellationToken cancellationToken = default)
    {
        await PlaceAsync(cancellationToken).ConfigureAwait(false);
        return await _session.CountActiveAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The seq of the last event, which the reference calls <c>wal_seq</c>; 0 for none.</summary>
    public async Task<long> SequenceAsync(CancellationToken cancellationToken = default) =>
        (await PlaceAsync(cancellationToken).ConfigureAwait(false)).Seq;

    /// <summary>Where the chain stands: kept elsewhere, it proves later that nothing up to it was changed. See <see cref="VerifyChainAsync(ChronoVerification, CancellationToken)"/>.</summary>
    public async Task<ChainHead> GetHeadAsync(CancellationToken cancellationToken = default) =>
        (await PlaceAsync(cancellationToken).ConfigureAwait(false)).Head;

    /// <summary>The events with at least this seq, in order, as they come; with those before a compaction, unless they were deleted.</summary>
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

    /// <summary>The events about a record, in order, as they come.</summary>
    public async IAsyncEnumerable<WalEvent> HistoryAsync(
        string id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await PlaceAsync(cancellationToken).ConfigureAwait(false);
        if (KeyOf(id) is not { } key)
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

    // Null for what no stored id can be.
    private static byte[]? KeyOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        try
        {
            return ChronoRow.KeyOf(id);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }
}
