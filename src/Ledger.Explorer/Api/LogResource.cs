using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Explorer.Api;

/// <summary>The log across all streams.</summary>
internal static class LogResource
{
    private const int MostAtOnce = 10_000;

    /// <summary>Reads events in log order after a sequence number, one per line.</summary>
    public static async Task ListAsync(ExplorerRequest request)
    {
        var after = new SequenceNumber(request.Query.Position("after")?.Value ?? 0);
        var limit = request.Query.Number("limit", 1_000, 1, MostAtOnce);
        var since = request.Query.Time("since");
        var filter = new EventFilter
        {
            StreamPrefix = request.Query.Text("prefix") ?? "",
            Types = request.Query.Text("type") is { } type ? [type] : [],
        };
        var events = request.Explorer.Ledger.Store.ReadLogAsync(after, request.Aborted)
            .Where(e => filter.Passes(e) && (since is null || e.Timestamp >= since)).Take(limit);
        await JsonAnswer.SendLinesAsync(request.Http, events.Select(EventContract.Of), ContractContext.Default.EventContract).ConfigureAwait(false);
    }
}
