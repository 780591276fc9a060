using System.Security.Cryptography;
using System.Text;

namespace Ledger.Records;

/// <content>Compacting and rebuilding.</content>
public sealed partial class ChronoStore
{
    private const int PageRows = 1_000;

    /// <summary>Removes the events from the stream but keeps their state, so the log is only as long as the number of records.</summary>
    /// <remarks>
    /// The state is written to the stream as events, followed by the compaction's own event, which names the hash it continues and the hash
    /// of the state; so earlier heads can still be checked, and the rows can be rebuilt from the log. One transaction: after a crash
    /// either all of it is done or nothing. Writers of this store wait meanwhile.
    /// </remarks>
    /// <param name="history">Whether to archive or delete the events.</param>
    /// <param name="cancellationToken">Cancels and rolls back.</param>
    public async Task<ChronoCompaction> CompactAsync(
        CompactedHistory history = CompactedHistory.Archive,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var id = Guid.CreateVersion7();
        try
        {
            return await _session.WithLockAsync(transaction => CompactAsync(transaction, history, id), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writer.Forget();
        }
    }

    /// <summary>Rebuilds the rows from the log in one transaction; writers of this store wait meanwhile.</summary>
    /// <remarks>The result is the same except for rows that were changed by hand; see <see cref="ChronoVerification.Deep"/>.</remarks>
    public async Task RebuildAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await _session.WithLockAsync(
            async transaction =>
            {
                await CatchUp.RebuildAsync(transaction).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChronoCompaction> CompactAsync(IChronoTransaction transaction, CompactedHistory history, Guid id)
    {
        await CatchUp.RunAsync(transaction).ConfigureAwait(false);
        var (before, now) = (transaction.Place, ChronoTime.Of(_options.TimeProvider.GetUtcNow()));
        if (await transaction.FindEventsAsync([id]).ConfigureAwait(false) is [var done])
        {
            // The first try was committed, but its answer was lost.
            var written = LogEntry.Of(done).Event!;
            return new ChronoCompaction(written.Seq - 1, written.Seq - 1, written);
        }

        var proof = new CompactionProof(before.Hash, await HashStateAsync(transaction).ConfigureAwait(false));
        await WriteStateAsync(transaction, now).ConfigureAwait(false);
        var batch = new ChronoBatch(transaction.Place);
        var compaction = batch.Add(PreparedChange.Compact(before.Seq, proof, _options.RecursionDepth), id, now);
        await transaction.WriteAsync(batch).ConfigureAwait(false);
        var events = await transaction.ArchiveAsync(before.StreamVersion, history).ConfigureAwait(false);
        return new ChronoCompaction(before.Seq, events, compaction);
    }

    // Same as ChronoState.ComputeHash, without holding all records in memory.
    private static async Task<string> HashStateAsync(IChronoTransaction transaction)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var last = 0L;
        while (await transaction.ReadRowsAsync(last, PageRows).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(row.Record.Text));
                hash.AppendData("\n"u8);
            }

            last = page[^1].Ordinal;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task WriteStateAsync(IChronoTransaction transaction, string ts)
    {
        var before = transaction.Place;
        var state = new ChronoBatch(before);
        state.Add(new StateMark(before.Seq, before.Hash, ts));
        await transaction.WriteAsync(state).ConfigureAwait(false);
        var last = 0L;
        while (await transaction.ReadRowsAsync(last, PageRows).ConfigureAwait(false) is { Count: > 0 } page)
        {
            var batch = new ChronoBatch(transaction.Place);
            foreach (var row in page)
            {
                batch.Add(new StateRecord(row.Record, row.Seq, row.Ordinal, before.Seq, ts));
            }

            await transaction.WriteAsync(batch).ConfigureAwait(false);
            last = page[^1].Ordinal;
        }
    }
}
