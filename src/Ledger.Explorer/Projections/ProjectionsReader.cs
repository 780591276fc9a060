using Ledger.Explorer.Api;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Projections;

/// <summary>Shows projections and starts their rebuilds, for pages and the API.</summary>
internal static class ProjectionsReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var admin = request.Explorer.Admin;
        var skip = request.Query.Number("letters", 0, 0, 10_000_000);
        var model = new ProjectionsModel(null, [], skip, []);
        if (admin is not null)
        {
            var shards = await admin.ListAsync(request.Aborted).ConfigureAwait(false);
            var letters = await admin.ListDeadLettersAsync(null, request.Aborted).ConfigureAwait(false);
            model = new ProjectionsModel(shards, letters, skip, request.Explorer.Rebuilds.All(shards));
        }

        return request.WantsFragment ? Page.Of<ProjectionsFragment>(model) : Page.Of<ProjectionsPage>(model);
    }

    /// <summary>Runs the action of a button: rebuild, pause or resume.</summary>
    public static async Task ActAsync(ExplorerRequest request)
    {
        await request.Explorer.Forgery.CheckAsync(request.Http).ConfigureAwait(false);
        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        var name = form["projection"].ToString();
        switch (form["act"].ToString())
        {
            case "rebuild":
                await request.Explorer.Rebuilds.BeginAsync(name, request.Aborted).ConfigureAwait(false);
                break;
            case "pause":
                await AdminOf(request).PauseAsync(name, request.Aborted).ConfigureAwait(false);
                break;
            case "resume":
                await AdminOf(request).ResumeAsync(name, request.Aborted).ConfigureAwait(false);
                break;
            default:
                throw new BadRequestException("The form must name an action: rebuild, pause or resume.");
        }

        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        request.Http.Response.Headers.Location = request.Links.Projections;
    }

    public static async Task ListAsync(ExplorerRequest request)
    {
        var shards = await AdminOf(request).ListAsync(request.Aborted).ConfigureAwait(false);
        var answer = ProjectionsContract.Of(shards, request.Explorer.Rebuilds.All(shards));
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.ProjectionsContract).ConfigureAwait(false);
    }

    public static async Task RebuildAsync(ExplorerRequest request)
    {
        _ = await JsonBody.ReadAsync(request, ContractContext.Default.EmptyRequest).ConfigureAwait(false);
        var rebuild = await request.Explorer.Rebuilds.BeginAsync(PathText.Of(request.Http, "projection"), request.Aborted).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status202Accepted;
        await JsonAnswer.SendAsync(request.Http, RebuildContract.Of(rebuild), ContractContext.Default.RebuildContract).ConfigureAwait(false);
    }

    /// <summary>The administration of projections.</summary>
    /// <exception cref="NotFoundException">The application has none.</exception>
    public static ProjectionAdmin AdminOf(ExplorerRequest request) => request.Explorer.Admin ?? throw new NotFoundException(
        $"The application has no {nameof(ProjectionAdmin)} in its container; AddLedger registers one.");
}
