using Ledger.Explorer.Branches;
using Ledger.Explorer.Rendering;
using Ledger.Runs;

namespace Ledger.Explorer.Comparing;

/// <summary>Reads a comparison, or the list to choose from.</summary>
internal static class ComparisonReader
{
    private const int RunsOfAPage = 30;
    private const long MostRead = 50_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var streams = StreamsOf(request.Query);
        var after = request.Query.Text("after");
        var picks = request.Query.Choice("show", after is null && streams.Count > 1 ? "compare" : "pick", "compare", "pick") == "pick";
        var all = request.Query.Choice("rows", "changed", "changed", "all") == "all";
        var from = request.Query.Number("from", 0, 0, int.MaxValue);
        if (picks || streams.Count is < 2 or > Comparison.MostSides)
        {
            return await PickAsync(request, streams, after, picks ? null : FaultOf(streams.Count)).ConfigureAwait(false);
        }

        var compared = await ComparisonSource.ReadAsync(request.Explorer, streams, withWorlds: true, request.Aborted).ConfigureAwait(false);
        var rows = ShownRow.Of(compared.Rows, all);
        var next = from + ComparisonModel.RowsOfAPage;
        return Page.Of<ComparisonPage>(new ComparisonModel(
            compared, [.. rows.Skip(from).Take(ComparisonModel.RowsOfAPage)], from, from <= rows.Count && next < rows.Count ? next : null, all, request.Aborted));
    }

    /// <summary>The runs and branches that a program compares.</summary>
    /// <exception cref="BadRequestException">They are not two to four.</exception>
    public static IReadOnlyList<StreamName> TwoToFour(Query query) => StreamsOf(query) is { Count: >= 2 and <= Comparison.MostSides } streams
        ? streams
        : throw new BadRequestException($"Give 'run' two to {Comparison.MostSides} times, each with the name of another run or branch, such as run=run:first&run=branch:second.");

    private static IReadOnlyList<StreamName> StreamsOf(Query query) => [.. query.Texts("run").Select(Query.StreamNameOf).Distinct()];

    private static string FaultOf(int chosen) => chosen > Comparison.MostSides
        ? $"{chosen} are chosen; at most {Comparison.MostSides} stand side by side."
        : chosen == 1 ? "One is chosen; choose another one to compare it with." : "Choose two to four runs or branches.";

    private static async Task<Page> PickAsync(ExplorerRequest request, IReadOnlyList<StreamName> streams, string? after, string? fault)
    {
        var kind = request.Query.Choice("kind", "all", "all", "runs", "branches");
        var status = request.Query.Choice("status", "any", "any", "running", "done", "failed", "waiting");
        var query = new RunQuery
        {
            Prefix = kind switch
            {
                "runs" => "run:",
                "branches" => "branch:",
                _ => "",
            },
            Text = request.Query.Text("text"),
            Status = status == "any" ? null : Enum.Parse<RunStatus>(status, ignoreCase: true),
            After = after,
            Limit = RunsOfAPage,
        };
        RunPage found;
        try
        {
            found = await request.Explorer.Summaries.QueryAsync(query, request.Aborted).ConfigureAwait(false);
        }
        catch (FormatException wrong)
        {
            throw new BadRequestException($"'after': {wrong.Message}");
        }

        var summaries = await request.Explorer.Summaries.FindAllAsync(streams, MostRead, request.Aborted).ConfigureAwait(false);
        var model = new PickModel([.. streams.Select(stream => (stream, summaries.FirstOrDefault(summary => summary.Stream == stream)))], query, kind, found, fault)
        {
            Labels = await BranchLabels.ReadAsync(
                request.Explorer.Ledger.Store, [.. streams, .. found.Runs.Select(run => run.Stream)], request.Aborted).ConfigureAwait(false),
        };
        return Page.Of<PickPage>(model, fault is null ? 200 : 400);
    }
}
