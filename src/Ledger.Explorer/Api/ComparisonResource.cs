using Ledger.Explorer.Comparing;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Exporting;
using Ledger.Explorer.Failures;

namespace Ledger.Explorer.Api;

/// <summary>Two to four runs or branches side by side.</summary>
internal static class ComparisonResource
{
    public static async Task ShowAsync(ExplorerRequest request)
    {
        var streams = ComparisonReader.TwoToFour(request.Query);
        var all = request.Query.Choice("rows", "all", "changed", "all") == "all";
        var from = request.Query.Number("from", 0, 0, int.MaxValue);
        var limit = request.Query.Number("limit", 100, 1, 1_000);
        var compared = await ComparisonSource.ReadAsync(request.Explorer, streams, withWorlds: from == 0, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, ComparisonContract.Of(compared, all, from, limit), ContractContext.Default.ComparisonContract).ConfigureAwait(false);
    }

    public static async Task ExportAsync(ExplorerRequest request)
    {
        var streams = ComparisonReader.TwoToFour(request.Query);
        var isFile = ExportResource.FormatOf(request.Query) == "html";
        using var place = request.Explorer.RoomForExports.Enter(static () => new TooManyExportsException());
        var compared = await ComparisonSource.ReadAsync(request.Explorer, streams, withWorlds: true, request.Aborted).ConfigureAwait(false);
        await (isFile
            ? FileAnswer.SendComparisonAsync(request, compared)
            : JsonAnswer.SendLinesAsync(
                request.Http, ComparisonLineContract.Of(compared).ToAsyncEnumerable(), ContractContext.Default.ComparisonLineContract)).ConfigureAwait(false);
    }
}
