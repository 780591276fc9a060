using Ledger.Explorer.Api;
using Ledger.Explorer.Branches;
using Ledger.Explorer.Chrono;
using Ledger.Explorer.Diffs;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Live;
using Ledger.Explorer.Merging;
using Ledger.Explorer.Objects;
using Ledger.Explorer.Projections;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Explorer.Seals;
using Ledger.Explorer.Tasks;
using Ledger.Explorer.Worlds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ledger.Explorer;

/// <summary>Maps addresses to handlers.</summary>
internal static class ExplorerRoutes
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(RouteGroupBuilder group, ExplorerServices explorer)
    {
        var handler = new ExplorerHandler(explorer);
        MapPage("/", RunListReader.ReadAsync);
        MapPage("/run", RunReader.ReadAsync);
        MapPage("/run/usage", RunReader.ReadUsageAsync);
        MapPage("/event", Events.EventReader.ReadAsync);
        MapPage("/branches", BranchTreeReader.ReadAsync);
        MapPage("/world", WorldPageReader.ReadAsync);
        MapPage("/object", ObjectReader.ReadAsync);
        MapPage("/diff", DiffReader.ReadAsync);
        MapPage("/merge", MergePageReader.ReadAsync);
        MapPage("/tasks", TaskPageReader.ListAsync);
        MapPage("/task", TaskPageReader.ReadAsync);
        MapPage("/projects", ProjectReader.ListAsync);
        MapPage("/project", ProjectReader.ReadAsync);
        MapPage("/record", ProjectReader.ReadRecordAsync);
        MapPage("/projections", ProjectionsReader.ReadAsync);
        group.MapGet("/live", handler.Plain(LiveAnswer.SendToPageAsync));
        group.MapMethods("/assets/{name}", Reading, handler.Plain(request => AssetFiles.SendAsync(request.Http)));
        Guarded(group.MapPost("/fork", handler.Plain(Forking.ForkAsync)));
        Guarded(group.MapPost("/run", handler.Plain(RunChanges.ChangeAsync)));
        Guarded(group.MapPost("/merge", handler.Form(MergeForm.MergeAsync)));
        Guarded(group.MapPost("/projections", handler.Plain(ProjectionsReader.ActAsync)));
        foreach (var route in ApiRoutes.All)
        {
            string[] methods = route.Method == "GET" ? Reading : [route.Method];
            var mapped = group.MapMethods("/api/v1" + route.Path, methods, handler.Api(route.Answer)).WithDisplayName(route.Summary);
            if (route.Method != "GET")
            {
                Guarded(mapped);
            }
        }

        group.MapMethods("/seal/checkpoint", Reading, handler.Api(SealResource.SendCheckpointAsync));
        group.MapMethods("/seal/tile/{**rest}", Reading, handler.Api(SealResource.SendTileAsync));
        group.MapMethods("/api/v1/openapi.json", Reading, handler.Api(OpenApiDocument.SendAsync));
        group.Map("/api/{**rest}", handler.Api(UnknownAddress.RefuseAsync));
        group.Map("/{**rest}", handler.Page(_ => throw new NotFoundException("The explorer has no such page.")));

        void MapPage(string pattern, Func<ExplorerRequest, Task<Page>> read) =>
            group.MapMethods(pattern, Reading, handler.Page(read)).WithDisplayName($"Ledger {pattern}");

        void Guarded(IEndpointConventionBuilder endpoint)
        {
            if (explorer.Options is { Writing: ExplorerWriting.Allowed, WritingPolicy: { } policy })
            {
                endpoint.RequireAuthorization(policy);
            }
        }
    }
}
