using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>Writes calls to a store whose other writers are locked out.</summary>
/// <param name="Events">The events of each call, or null if an event is in the log already: then the ids must be looked up.</param>
/// <param name="Before">The place of the store before the write.</param>
/// <param name="After">Its place after the write.</param>
internal readonly record struct LockedWrite(IReadOnlyList<IReadOnlyList<WalEvent>>? Events, ChronoPlace Before, ChronoPlace After)
{
    /// <summary>Writes the calls, except those that were written before.</summary>
    /// <param name="transaction">The store.</param>
    /// <param name="writes">The calls.</param>
    /// <param name="looksUp">Whether to look up which calls were written before.</param>
    /// <param name="timeProvider">The clock for the times of events.</param>
    /// <exception cref="EventIdInUseException">The log has the id of an event, and it is not a repetition of the call.</exception>
    public static async Task<LockedWrite> RunAsync(
        IChronoTransaction transaction,
        IReadOnlyList<PendingWrite> writes,
        bool looksUp,
        TimeProvider timeProvider)
    {
        await CatchUp.RunAsync(transaction).ConfigureAwait(false);
        var before = transaction.Place;
        var known = looksUp ? await FindWrittenAsync(transaction, writes).ConfigureAwait(false) : [];
        var open = writes.Where(w => !known.ContainsKey(w)).ToList();
        var ids = open.SelectMany(w => w.Changes).Where(c => c.Change.NeedsRecord).Select(c => c.Change.Record.Id).Distinct();
        IReadOnlyCollection<byte[]> keys = [.. ids.Select(ChronoRow.KeyOf)];
        var batch = new ChronoBatch(before, keys.Count == 0 ? [] : await transaction.FindRowsAsync(keys).ConfigureAwait(false));
        var ts = ChronoTime.Of(timeProvider.GetUtcNow());
        var added = open.ConvertAll(w => w.AddTo(batch, ts));
        if (batch.Events.Count > 0 && !await transaction.WriteAsync(batch).ConfigureAwait(false))
        {
            if (looksUp && await transaction.FindElsewhereAsync(batch.Events.ConvertAll(e => e.Id)).ConfigureAwait(false) is { } held)
            {
                throw new EventIdInUseException(transaction.Stream, held.Id, held.Holder);
            }

            return new LockedWrite(null, before, before);
        }

        for (var i = 0; i < open.Count; i++)
        {
            known.Add(open[i], added[i]);
        }

        return new LockedWrite([.. writes.Select(w => known[w])], before, batch.After);
    }

    private static async Task<Dictionary<PendingWrite, IReadOnlyList<WalEvent>>> FindWrittenAsync(
        IChronoTransaction transaction,
        IReadOnlyList<PendingWrite> writes)
    {
        var found = await transaction.FindEventsAsync([.. writes.SelectMany(w => w.Changes).Select(c => c.Id)]).ConfigureAwait(false);
        var byId = found.ToDictionary(e => e.Id, e => LogEntry.Of(e).Event);
        var written = new Dictionary<PendingWrite, IReadOnlyList<WalEvent>>();
        foreach (var write in writes)
        {
            var events = write.Changes.Select(c => byId.GetValueOrDefault(c.Id)).OfType<WalEvent>().ToList();
            if (events.Count == write.Changes.Count)
            {
                var other = write.Changes.Zip(events).FirstOrDefault(p => !p.First.Change.IsWrittenAs(p.Second));
                written.Add(write, other.Second is null ? events : throw new EventIdInUseException(
                    found[0].Stream, other.First.Id, found[0].Stream, EventIdConflict.OtherContent));
            }
            else if (write.Changes.FirstOrDefault(c => byId.ContainsKey(c.Id)) is { Change: not null } partly)
            {
                throw new EventIdInUseException(found[0].Stream, partly.Id, found[0].Stream);
            }
        }

        return written;
    }
}
