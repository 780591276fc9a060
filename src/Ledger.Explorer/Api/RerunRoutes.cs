using Ledger.Explorer.Contracts;

namespace Ledger.Explorer.Api;

/// <summary>The routes that change an event and run on, and that compare runs.</summary>
internal static class RerunRoutes
{
    private static readonly ContractContext Contracts = ContractContext.Default;

    private static readonly ApiParameter Runs = new("run", "array", "The streams to compare, such as run:first: two to four, each as a parameter of its own.", IsRequired: true);

    /// <summary>The form of an export.</summary>
    public static ApiParameter Format { get; } = new("format", "string", "lines: one JSON document per line; html: one HTML file without external resources. Default: lines.");

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("POST", "/streams/{stream}/changes", "Forks before an event, with other data in its place, and asks the application's runner to run on there. If the runner fails, the branch stays.", ChangesResource.ChangeAsync)
        {
            Json = Contracts.ChangedBranchContract,
            Body = Contracts.ChangeRequest,
            Refusals = [403, 404, 409, 415, 422, 502, 507],
        },
        new("POST", "/streams/{stream}/continuations", "Asks the application's runner to run on in a run or branch; 409 if it has none.", ChangesResource.RunOnAsync)
        {
            Json = Contracts.ContinuationContract,
            Body = Contracts.ContinuationRequest,
            Success = 202,
            Refusals = [403, 404, 409, 415, 502, 507],
        },
        new("GET", "/compare", "Compares two to four runs or branches: how they are doing, what they cost, their events after those that all share, side by side, and their worlds.", ComparisonResource.ShowAsync)
        {
            Json = Contracts.ComparisonContract,
            Query =
            [
                Runs,
                new("rows", "string", "all, or changed: without the rows that are the same in all. Default: all."),
                new("from", "integer", "The number of rows to skip, of those that 'rows' asks for: the 'next' value of the previous page. The worlds are in the first page alone."),
                new("limit", "integer", "The most rows to return, up to 1,000. Default: 100."),
            ],
        },
        new("GET", "/compare/export", "Returns a whole comparison one part per line, or as one HTML file, which opens without a server.", ComparisonResource.ExportAsync)
        {
            Line = Contracts.ComparisonLineContract,
            Query = [Runs, Format],
            Produces = [AcceptedTypes.Lines, AcceptedTypes.Html],
        },
    ];
}
