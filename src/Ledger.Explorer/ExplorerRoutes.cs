using Ledger.Explorer.Access;
using Ledger.Explorer.Api;
using Ledger.Explorer.Branches;
using Ledger.Explorer.Chat;
using Ledger.Explorer.Chrono;
using Ledger.Explorer.Comparing;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Diffs;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Health;
using Ledger.Explorer.Live;
using Ledger.Explorer.Merging;
using Ledger.Explorer.Objects;
using Ledger.Explorer.Projections;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Rerunning;
using Ledger.Explorer.Runs;
using Ledger.Explorer.Seals;
using Ledger.Explorer.Searching;
using Ledger.Explorer.Steps;
using Ledger.Explorer.Tasks;
using Ledger.Explorer.Tenants;
using Ledger.Explorer.Worlds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ledger.Explorer;

/// <summary>Maps addresses to handlers.</summary>
internal static class ExplorerRoutes
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    // That there is none is an answer too.
    private static readonly StreamName AnyStream = new("health");

    /// <summary>Maps the list of tenants.</summary>
    public static void MapTenants(RouteGroupBuilder group, ExplorerServices home, TenantExplorers explorers)
    {
        var handler = new ExplorerHandler(home);
        group.MapMethods("/", Reading, handler.Page(request => TenantListModel.ReadAsync(request, explorers), [])).WithDisplayName("Ledger /");
        group.MapMethods("/api/v1/tenants", Reading, handler.Api(
            async request => await JsonAnswer.SendAsync(
                request.Http, [.. (await explorers.ListAsync(request.Http).ConfigureAwait(false)).Select(TenantContract.Of)], ContractContext.Default.IReadOnlyListTenantContract).ConfigureAwait(false),
            []));
        group.MapMethods("/assets/{name}", Reading, handler.Open(SendAssetAsync, []));
        Health(home, explorers.AskAsync).Map(group, handler);
    }

    /// <summary>Maps the pages and the API.</summary>
    /// <param name="group">Where.</param>
    /// <param name="explorer">What they are about.</param>
    /// <param name="find">What each request is about, where it is not the same.</param>
    public static void Map(RouteGroupBuilder group, ExplorerServices explorer, Func<HttpContext, Task<ExplorerServices>>? find = null)
    {
        var handler = new ExplorerHandler(explorer, find);
        MapPage("/", RunListReader.ReadAsync, "text", "kind", "state", "status", "label", "model", "min_cost", "max_cost", "min_duration", "max_duration", "min_tokens", "max_tokens", "order", "since", "until", "after", "skip", "limit");
        MapPage("/search", SearchReader.ReadAsync, "text", "type", "actor", "tool", "where", "object", "kind", "status", "label", "model", "min_cost", "max_cost", "min_duration", "max_duration", "since", "until", "before", "limit");
        MapPage("/totals", RunTotalsReader.ReadAsync, "by", "kind", "text", "state", "status", "label", "model", "min_cost", "max_cost", "min_duration", "max_duration", "min_tokens", "max_tokens", "since", "until");
        MapPage("/run", RunReader.ReadAsync, "stream", "from", "limit", "lanes", "type", "actor", "text", "call", "since", "until");
        MapPage("/run/usage", RunReader.ReadUsageAsync, "stream");
        MapPage("/run/steps", StepReader.ReadAsync, "stream", "from", "clock");
        MapPage("/run/chat", ChatReader.ReadAsync, "stream", "from", "text");
        MapPage("/event", Events.EventReader.ReadAsync, "stream", "position", "id", "effects");
        MapPage("/change", ChangeForm.ReadAsync, "stream", "position");
        MapPage("/compare", ComparisonReader.ReadAsync, "run", "show", "text", "kind", "status", "after", "rows", "from");
        MapPage("/branches", BranchTreeReader.ReadAsync, "stream");
        MapPage("/world", WorldPageReader.ReadAsync, "stream", "at", "time", "type", "text", "after", "after_relation");
        MapPage("/object", ObjectReader.ReadAsync, "stream", "id", "at", "time", "history");
        MapPage("/diff", DiffReader.ReadAsync, "a", "b", "at_a", "at_b", "time_a", "time_b");
        MapPage("/merge", MergePageReader.ReadAsync, "target", "source");
        MapPage("/tasks", TaskPageReader.ListAsync, "state", "parent", "run", "since", "until", "after", "limit");
        MapPage("/task", TaskPageReader.ReadAsync, "id", "messages", "calls", "limit", "text");
        MapPage("/projects", ProjectReader.ListAsync, "text", "skip");
        MapPage("/project", ProjectReader.ReadAsync, "project", "record_kind", "status", "min_confidence", "for", "skip", "verify");
        MapPage("/record", ProjectReader.ReadRecordAsync, "project", "id", "at");
        MapPage("/projections", ProjectionsReader.ReadAsync, "letters");
        MapPage("/projections/step", ProjectionStepsReader.ReadAsync, "stream", "projection", "from", "limit");
        MapPage("/letter", LetterReader.ReadAsync, "id");
        group.MapGet("/live", handler.Plain(LiveAnswer.SendToPageAsync, ["stream", "from", "show"]));
        group.MapMethods("/assets/{name}", Reading, handler.Open(SendAssetAsync, []));
        if (find is null)
        {
            Health(explorer, token => explorer.Ledger.Store.GetStreamAsync(AnyStream, token)).Map(group, handler);
        }

        group.MapMethods("/login", Reading, handler.Open(SignInReader.ReadAsync, ["to", "token"]));
        group.MapPost("/login", handler.Open(SignInReader.TakeAsync, [])).WithMetadata(new UploadLimit(SignInReader.MostBytes));
        group.MapPost("/logout", handler.Open(SignInReader.SignOutAsync, [])).WithMetadata(new UploadLimit(SignInReader.MostBytes));
        Guarded(group.MapPost("/fork", handler.Plain(Forking.ForkAsync, [])));
        Guarded(group.MapPost("/change", handler.Form(ChangeForm.TakeAsync)));
        Guarded(group.MapPost("/run", handler.Plain(RunChanges.ChangeAsync, [])));
        Guarded(group.MapPost("/merge", handler.Form(MergeForm.MergeAsync)));
        Guarded(group.MapPost("/projections", handler.Plain(ProjectionsReader.ActAsync, [])));
        Guarded(group.MapPost("/letter", handler.Form(LetterReader.ActAsync)));
        foreach (var route in ApiRoutes.All)
        {
            string[] methods = route.Method == "GET" ? Reading : [route.Method];
            var mapped = group.MapMethods("/api/v1" + route.Path, methods, handler.Api(route.Answer, [.. route.Query.Select(parameter => parameter.Name)], route.Refuse)).WithDisplayName(route.Summary);
            if (route.MostBytes is { } most)
            {
                mapped.WithMetadata(new UploadLimit(most(explorer.Options)));
            }

            if (route.Method != "GET")
            {
                Guarded(mapped);
            }

            if (route == MasksResource.Route && explorer.Options is { Masking: ExplorerMasking.Allowed, MaskingPolicy: { } masking })
            {
                mapped.RequireAuthorization(masking);
            }
        }

        group.MapMethods("/seal/checkpoint", Reading, handler.Api(SealResource.SendCheckpointAsync, []));
        group.MapMethods("/seal/tile/{**rest}", Reading, handler.Api(SealResource.SendTileAsync, []));
        group.MapMethods("/seal/bundle/{stream}", Reading, handler.Api(SealResource.SendBundleAsync, []));
        MapPage("/api/v1", ApiModel.ReadAsync);
        group.MapMethods("/api/v1/openapi.json", Reading, handler.Api(OpenApiDocument.SendAsync, []));
        group.Map("/api/{**rest}", handler.Api(UnknownAddress.RefuseAsync, null));
        group.Map("/{**rest}", handler.Page(_ => throw new NotFoundException("The explorer has no such page."), null));

        void MapPage(string pattern, Func<ExplorerRequest, Task<Page>> read, params string[] query) =>
            group.MapMethods(pattern, Reading, handler.Page(read, query)).WithDisplayName($"Ledger {pattern}");

        void Guarded(IEndpointConventionBuilder endpoint)
        {
            if (explorer.Options is { Writing: ExplorerWriting.Allowed, WritingPolicy: { } policy })
            {
                endpoint.RequireAuthorization(policy);
            }
        }
    }

    private static HealthAddresses Health(ExplorerServices explorer, Func<CancellationToken, Task> ask) =>
        new(ask, explorer.TimeProvider, explorer.Loggers.CreateLogger("Ledger.Explorer"));

    private static async Task<Page?> SendAssetAsync(ExplorerRequest request)
    {
        await AssetFiles.SendAsync(request.Http).ConfigureAwait(false);
        return null;
    }
}
