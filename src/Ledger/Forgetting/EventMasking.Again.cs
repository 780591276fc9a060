using Ledger.Log;

namespace Ledger.Forgetting;

/// <content>Masks again what a restored log has unmasked.</content>
public sealed partial class EventMasking
{
    /// <summary>Tells what <see cref="MaskAgainAsync"/> would mask, and masks nothing.</summary>
    /// <param name="masked">What was masked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<MaskReport> PlanAgainAsync(IAsyncEnumerable<EventMasked> masked, CancellationToken cancellationToken = default) => AgainAsync(masked, false, cancellationToken);

    /// <summary>Masks what was masked before, where a log that was restored from a backup, or a stream that was restored from an archive, has the payload again.</summary>
    /// <remarks>
    /// Each event by its id, in the same parts, for the same reason and by the same. One that is masked still is left as it is, and one that the log does not have is counted in
    /// <see cref="MaskReport.Missing"/>. One whose payload another program had replaced is masked as a whole.
    /// </remarks>
    /// <param name="masked">What <see cref="ReadMaskedAsync"/> has returned before.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    public Task<MaskReport> MaskAgainAsync(IAsyncEnumerable<EventMasked> masked, CancellationToken cancellationToken = default) => AgainAsync(masked, true, cancellationToken);

    private async Task<MaskReport> AgainAsync(IAsyncEnumerable<EventMasked> masked, bool masks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(masked);
        var report = new MaskReport(0, 0, 0, [], [], [], []);
        await foreach (var page in masked.Chunk(PageEvents).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var alike in page.GroupBy(one => (one.Reason, one.By, Paths: string.Join('\n', one.Paths))))
            {
                var streams = alike.ToLookup(one => one.EventId, one => one.Stream);
                StreamName[] named = [.. alike.Select(one => new StreamName(one.Stream))];
                var found = await FindAsync([.. streams.Select(one => one.Key)], RecordsOf(named), cancellationToken).ConfigureAwait(false);
                Guid[] ids = [.. found.Where(e => streams[e.Id].Contains(e.Stream.Value)).Select(e => e.Id)];
                var further = ids.Length == 0 ? null : await RunAsync(
                    MaskRequest.OfEvents(ids, alike.Key.Reason) with { By = alike.Key.By, Paths = alike.First().Paths, Records = named }, masks, cancellationToken).ConfigureAwait(false);
                report = With(report, further, streams.Count - ids.Length);
            }
        }

        return report;
    }

    private static MaskReport With(MaskReport report, MaskReport? further, long missing) => (further is null ? report : report with
    {
        Read = report.Read + further.Read,
        Masked = report.Masked + further.Masked,
        Unchanged = report.Unchanged + further.Unchanged,
        Refused = [.. report.Refused.Concat(further.Refused).Take(MostNamed)],
        Events = [.. report.Events.Concat(further.Events).Take(MostNamed)],
        Streams = [.. report.Streams.Union(further.Streams, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Projections = [.. report.Projections.Union(further.Projections, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Archives = [.. report.Archives.Union(further.Archives, StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostNamed)],
    }) with { Missing = report.Missing + missing };
}
