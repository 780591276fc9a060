using Ledger.Log;

namespace Ledger.Records;

/// <summary>Compares the rows of a store, and the index of its histories, with its log.</summary>
/// <remarks>
/// Writers are not blocked during the first pass; only the few rows that differ are checked again while writers wait.
/// </remarks>
internal sealed class RowComparison(IChronoSession session)
{
    private const int PageEvents = 2_000;
    private const int MostNamed = 100;

    private readonly Dictionary<RowKey, RowDigest> _digests = [];
    private readonly Dictionary<RowKey, HistoryDigest> _histories = [];
    private ChronoPlace _place;

    /// <summary>A warning for each row and each history that differs, up to a limit.</summary>
    public async Task<IReadOnlyList<ChainWarning>> RunAsync(ChronoPlace place, CancellationToken cancellationToken)
    {
        _place = place with { StreamVersion = 0, Version = 0, Seq = 0, LastHash = null };
        await FoldAsync(session.ReadEventsAsync(1, place.Version, cancellationToken)).ConfigureAwait(false);
        var histories = await CheckHistoriesAsync(place.Version, cancellationToken).ConfigureAwait(false);
        var suspects = await FindSuspectsAsync(cancellationToken).ConfigureAwait(false);
        return suspects.Count == 0
            ? histories
            : [.. await session.WithLockAsync(transaction => CheckAsync(transaction, suspects), cancellationToken).ConfigureAwait(false), .. histories];
    }

    // Results up to a version no longer change, so writers need not wait.
    private async Task<List<ChainWarning>> CheckHistoriesAsync(long to, CancellationToken cancellationToken)
    {
        await foreach (var change in session.ReadChangesAsync(to, cancellationToken).ConfigureAwait(false))
        {
            var key = RowKey.Of(change.Key);
            _histories[key] = _histories.GetValueOrDefault(key).Without(change);
        }

        var warnings = new List<ChainWarning>();
        foreach (var (key, _) in _histories.Where(h => h.Value != default).Take(MostNamed))
        {
            var (_, row) = await session.FindRowAsync(key.ToBytes(), cancellationToken).ConfigureAwait(false);
            warnings.Add(new ChainWarning("history_differs", null, row is null
                ? "The history of a record without a row differs from the log."
                : $"The history of the record '{Shown(row)}' differs from the log.") { RecordId = row?.Id });
        }

        return warnings;
    }

    private async Task<List<RowKey>> FindSuspectsAsync(CancellationToken cancellationToken)
    {
        var (suspects, seen) = (new List<RowKey>(), new HashSet<RowKey>());
        await foreach (var row in session.ReadRowsAsync(RowFilter.None, cancellationToken).ConfigureAwait(false))
        {
            var key = RowKey.Of(row.Key);
            seen.Add(key);
            if (!IsAsFolded(key, row) && suspects.Count < MostNamed)
            {
                suspects.Add(key);
            }
        }

        return [.. suspects.Concat(_digests.Keys.Where(key => !seen.Contains(key))).Take(MostNamed)];
    }

    private async Task<IReadOnlyList<ChainWarning>> CheckAsync(IChronoTransaction transaction, List<RowKey> suspects)
    {
        await CatchUp.RunAsync(transaction).ConfigureAwait(false);
        while (_place.Version < transaction.Place.Version
            && await transaction.ReadEventsAsync(_place.Version + 1, PageEvents).ConfigureAwait(false) is { Count: > 0 } page)
        {
            Fold(page);
        }

        var found = await transaction.FindRowsAsync([.. suspects.Select(s => s.ToBytes())]).ConfigureAwait(false);
        var rows = found.ToDictionary(r => RowKey.Of(r.Key));
        return [.. suspects.Where(s => !IsAsFolded(s, rows.GetValueOrDefault(s))).Select(s => Describe(s, rows.GetValueOrDefault(s)))];
    }

    private ChainWarning Describe(RowKey key, ChronoRow? row) => !_digests.TryGetValue(key, out var digest)
        ? new ChainWarning("row_differs", null, $"There is a row of the record '{Shown(row!)}', which no event created.") { RecordId = row!.Id }
        : row is null
            ? new ChainWarning("row_differs", digest.Seq, $"The row of the record that seq {digest.Seq} wrote is missing.")
            : new ChainWarning("row_differs", digest.Seq, $"The row of the record '{Shown(row)}' differs from what seq {digest.Seq} wrote.") { RecordId = row.Id };

    private static string Shown(ChronoRow row) => TextRules.Printable(row.Id);

    private bool IsAsFolded(RowKey key, ChronoRow? row) =>
        _digests.TryGetValue(key, out var digest) ? row is not null && digest.IsOf(row) : row is null;

    private async Task FoldAsync(IAsyncEnumerable<RecordedEvent> events)
    {
        var page = new List<RecordedEvent>(PageEvents);
        await foreach (var recorded in events.ConfigureAwait(false))
        {
            page.Add(recorded);
            if (page.Count == PageEvents)
            {
                Fold(page);
                page.Clear();
            }
        }

        Fold(page);
    }

    private void Fold(IReadOnlyList<RecordedEvent> page)
    {
        var batch = new ChronoBatch(_place);
        var entries = page.Select(LogEntry.Of).ToList();
        entries.ForEach(batch.Apply);
        foreach (var change in batch.Changes)
        {
            var key = RowKey.Of(change.Key);
            _histories[key] = _histories.GetValueOrDefault(key).With(change);
        }

        var written = batch.Rows.ToDictionary(r => RowKey.Of(r.Key));
        var applied = batch.Changes.Where(c => c.IsApplied).Select(c => c.Version).ToHashSet();
        foreach (var (_, walEvent, _, _) in entries.Where(e => e.Event is { Op: "delete" } && applied.Contains(e.Version)))
        {
            var key = RowKey.Of(ChronoRow.KeyOf(walEvent!.RecordId));
            if (!written.ContainsKey(key) && _digests.TryGetValue(key, out var known))
            {
                _digests[key] = known with { Content = known.Deleted, Seq = walEvent.Seq };
            }
        }

        foreach (var (key, row) in written)
        {
            var digest = RowDigest.Of(row);
            _digests[key] = _digests.TryGetValue(key, out var known) ? digest with { Ordinal = known.Ordinal } : digest;
        }

        _place = batch.After;
    }
}
