namespace Ledger.Chrono.Storing;

/// <summary>Applies events that are in the log to the rows: what another program appended, or all of them for a rebuild.</summary>
internal static class CatchUp
{
    private const int PageEvents = 2_000;

    /// <summary>Applies what the rows do not stand for yet.</summary>
    public static Task RunAsync(IChronoTransaction transaction) =>
        transaction.Place.IsBehind ? ApplyAsync(transaction, transaction.Place) : Task.CompletedTask;

    /// <summary>Makes all rows anew; the kept head stays as it is.</summary>
    public static async Task RebuildAsync(IChronoTransaction transaction)
    {
        await RunAsync(transaction).ConfigureAwait(false);
        await transaction.ClearRowsAsync().ConfigureAwait(false);
        await ApplyAsync(transaction, transaction.Place with { Version = 0, Seq = 0, LastHash = null }).ConfigureAwait(false);
    }

    private static async Task ApplyAsync(IChronoTransaction transaction, ChronoPlace from)
    {
        var kept = transaction.Place;
        var isRebuild = from != kept;
        while (from.Version < kept.StreamVersion)
        {
            var page = await transaction.ReadEventsAsync(from.Version + 1, PageEvents).ConfigureAwait(false);
            if (page.Count == 0)
            {
                break;
            }

            var entries = page.Select(LogEntry.Of).ToList();
            var batch = new ChronoBatch(from, await FindDeletedAsync(transaction, entries).ConfigureAwait(false));
            entries.ForEach(batch.Apply);
            from = batch.After;
            await transaction.WriteAsync(isRebuild ? batch.Keeping(kept) : batch).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<ChronoRow>> FindDeletedAsync(IChronoTransaction transaction, List<LogEntry> entries)
    {
        var ids = entries.Where(e => e.Event is { Op: "delete" }).Select(e => e.Event!.RecordId).Distinct().ToList();
        return ids.Count == 0 ? [] : await transaction.FindRowsAsync([.. ids.Select(ChronoRow.KeyOf)]).ConfigureAwait(false);
    }
}
