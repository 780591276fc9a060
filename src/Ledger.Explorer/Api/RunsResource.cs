using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Log;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The list of runs, and the start of one.</summary>
internal static class RunsResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var kind = request.Query.Choice("kind", "runs", "runs", "branches", "all");
        var query = RunListReader.QueryOf(request.Query, kind);
        var filter = RunListReader.FilterOf(request.Query, query, kind);
        var page = await RunListReader.ReadAsync(request, query, filter).ConfigureAwait(false);
        var branches = page.Runs.Select(found => found.Stream.Name).Where(name => name.IsBranch).ToList();
        IReadOnlyList<Run> forked = branches.Count == 0 ? [] : await request.Explorer.Ledger.FindAllAsync(branches, request.Aborted).ConfigureAwait(false);
        var histories = forked.ToDictionary(run => run.StreamName, run => run.History);
        var runs = page.Runs.Select(found =>
            (histories.TryGetValue(found.Stream.Name, out var history) ? RunContract.Of(found.Stream, history) : RunContract.Of(found.Stream))
                .With(found.Summary) with { BranchCount = found.Branches });
        var answer = new RunPageContract([.. runs], page.HasMore, page.Next, filter is null ? null : page.Behind);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.RunPageContract).ConfigureAwait(false);
    }

    /// <summary>The runs of a query, added up.</summary>
    public static async Task AddUpAsync(ExplorerRequest request)
    {
        var (totals, behind) = await RunTotalsReader.AddUpAsync(request).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, RunTotalsListContract.Of(totals, behind), ContractContext.Default.RunTotalsListContract).ConfigureAwait(false);
    }

    public static async Task StartAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.StartRunRequest).ConfigureAwait(false);
        var id = body.Text("id");
        if (id is not null)
        {
            Query.NewStreamNameOf($"run:{id}");
        }

        var name = StreamName.Run(id ?? (request.Key?.IdOf() ?? Guid.CreateVersion7()).ToString());
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        try
        {
            await request.Explorer.Ledger.StartRunAsync(name.Id, request.Aborted).ConfigureAwait(false);
        }
        catch (WrongExpectedVersionException) when (id is null && request.Key is not null)
        {
            // The same request started it before.
            request.Http.Response.StatusCode = StatusCodes.Status200OK;
        }

        request.Http.Response.Headers.Location = StreamResource.AddressOf(request, name);
        var stream = await request.DescribeAsync(name).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, RunContract.Of(stream), ContractContext.Default.RunContract).ConfigureAwait(false);
    }
}
