namespace Ledger.Records;

/// <summary>Applies logged events to the rows: those another program appended, or all of them for a rebuild.</summary>
internal static class CatchUp
{
    private const int PageEvents = 2_000;

    /// <summary>Applies the events that the rows do not cover yet; if events were rewritten, first all earlier ones.</summary>
    public static async Task RunAsync(IChronoTransaction transaction)
    {
        if (transaction.Place.IsRewritten)
        {
            await RewriteAsync(transaction).ConfigureAwait(false);
        }

        if (transaction.Place.IsBehind)
        {
            await ApplyAsync(transaction, transaction.Place, transaction.Place.StreamVersion).ConfigureAwait(false);
        }
    }

    /// <summary>Rebuilds all rows; the stored head does not change.</summary>
    public static async Task RebuildAsync(IChronoTransaction transaction)
    {
        await RunAsync(transaction).ConfigureAwait(false);
        await RewriteAsync(transaction).ConfigureAwait(false);
    }

    private static async Task RewriteAsync(IChronoTransaction transaction)
    {
        await transaction.ClearRowsAsync().ConfigureAwait(false);
        var kept = transaction.Place;
        await ApplyAsync(transaction, kept with { Version = 0, Seq = 0, LastHash = null }, Math.Min(kept.Version, kept.StreamVersion))
            .ConfigureAwait(false);
    }

    private static async Task ApplyAsync(IChronoTransaction transaction, ChronoPlace from, long to)
    {
        var kept = transaction.Place;
        var isRebuild = from != kept;
        while (from.Version < to)
        {
            var page = await transaction.ReadEventsAsync(from.Version + 1, PageEvents).ConfigureAwait(false);
            var entries = page.Where(e => e.Version.Value <= to).Select(LogEntry.Of).ToList();
            if (entries.Count == 0)
            {
                break;
            }

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
