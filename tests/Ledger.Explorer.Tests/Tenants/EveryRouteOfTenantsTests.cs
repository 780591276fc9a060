using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Explorer.Api;
using Ledger.Log;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Tenants;

/// <summary>Two tenants with the same ids in one schema: no page, form or route shows or changes what is the other's.</summary>
public sealed partial class EveryRouteOfTenantsTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    // Words that stand nowhere in the explorer.
    private const string Loud = "zebra";
    private const string Quiet = "otter";

    private const string Explorer = "/ledger/tenants/{ledger_tenant}";

    private static readonly DateTimeOffset Moment = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    private static readonly int Prefix = $"http://localhost/ledger/tenants/{Loud}".Length;

    // There is no runner, no node, no role of readers and no seal, and there are no such projection, letter, token, page and event; a branch is not merged into itself, nor a run rebased.
    private static readonly string[] Refused =
    [
        "409 /api/v1/streams/run:same/continuations",
        "404 /api/v1/projections/none/rebuild",
        $"404 /api/v1/dead-letters/{TenantRequests.IdOf(99)}/retry",
        "404 /projections",
        "401 /login",
        "404 /assets/none",
        "404 /seal/checkpoint",
        "404 /seal/tile/0/000",
        "404 /seal/bundle/run:same",
        "404 /api/v2",
        "404 /none",
        $"400 /api/v1/streams/branch:same/pick?source=branch:same&events={TenantRequests.IdOf(18)}",
        "400 /api/v1/streams/branch:same/merge?source=branch:same",
        "400 /api/v1/streams/run:same/rebase?onto=run:same",
        $"404 /api/v1/streams/branch:same/events/{TenantRequests.IdOf(14)}",
        $"404 /api/v1/streams/branch:same/events/{TenantRequests.IdOf(14)}/trace",
        "400 /api/v1/query?sql=select * from events",
    ];

    [Fact]
    public async Task EveryAddress_OfTwoTenantsWithTheSameIds_ShowsAndChangesWhatIsOfOneAlone()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddLedgerTenants(_ => database.Map, new TenantOptions { ConnectionsPerTenant = 10 });
        await using var app = builder.Build();
        app.MapLedgerTenantExplorer("/ledger", (_, _) => true, options => options with
        {
            Writing = ExplorerWriting.Allowed,
            Querying = ExplorerQuerying.Allowed,
            Masking = ExplorerMasking.Allowed,
        });
        await app.StartAsync();
        using var client = app.GetTestClient();
        EveryAddressIsAsked(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>());
        await database.Map.AddAsync(Loud);
        await database.Map.AddAsync(Quiet);
        var tenants = app.Services.GetRequiredService<TenantLedgers>();

        var empty = await ReadAsync(client, Loud);
        var loud = await PlayAsync(client, await tenants.ForTenantAsync(Loud));
        var before = await database.RowsOfAsync(Loud);
        before.ShouldContain($"Form of-{Loud}");

        // Nothing yet, not a number either; then all of the same, and the same answers with other data in them.
        var nothing = await ReadAsync(client, Quiet);
        AnswersOf(nothing).ShouldBe(AnswersOf(empty));
        nothing.ShouldAllBe(answer => !answer.Text.Contains(Loud, StringComparison.OrdinalIgnoreCase));
        var quiet = await PlayAsync(client, await tenants.ForTenantAsync(Quiet));

        var (after, ofQuiet) = (await database.RowsOfAsync(Loud), await database.RowsOfAsync(Quiet));
        quiet.ShouldSatisfyAllConditions(
            () => quiet.Where(answer => answer.Text.Contains(Loud, StringComparison.OrdinalIgnoreCase)).Select(answer => answer.Address).ShouldBeEmpty(),
            () => quiet.Select(answer => $"{answer.Status} {answer.Address}").ShouldBe(loud.Select(answer => $"{answer.Status} {answer.Address.Replace(Loud, Quiet, StringComparison.Ordinal)}")),
            () => after.ShouldBe(before),
            () => ofQuiet.ShouldNotContain(Loud),

            // What is asked is answered, and shows whose it is.
            () => loud.Where(answer => answer.Status >= 400).Select(answer => $"{answer.Status} {answer.Address[Prefix..].Trim()}").ShouldBe(Refused),
            () => loud.Count(answer => answer.Text.Contains($"of-{Loud}", StringComparison.Ordinal)).ShouldBeGreaterThan(loud.Count / 2));
        await app.StopAsync();
    }

    private static void EveryAddressIsAsked(IEnumerable<RouteEndpoint> endpoints)
    {
        var addresses = endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith(Explorer, StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"], (endpoint, method) => (Method: method, Path: endpoint.RoutePattern.RawText![Explorer.Length..]))
            .ToList();
        addresses.Where(address => address.Method != "GET" && address.Method != "HEAD").Select(address => $"{address.Method} {address.Path}").Order(StringComparer.Ordinal)
            .ShouldBe(
                TenantRequests.Writes.Select(write => $"POST /api/v1{write.Path}").Concat(TenantRequests.Forms.Select(form => $"POST {form.Path}")).Distinct().Order(StringComparer.Ordinal),
                $"what writes is played for two tenants: say in {nameof(TenantRequests)} with what");
        addresses.Where(address => address.Method == "GET").Select(address => address.Path).Except(ApiRoutes.All.Select(route => $"/api/v1{route.Path}")).Order(StringComparer.Ordinal)
            .ShouldBe(TenantRequests.Pages.Keys.Order(StringComparer.Ordinal), $"a page is read for two tenants: say in {nameof(TenantRequests)} with what");
    }

    private async Task<List<(string Address, int Status, string Text)>> PlayAsync(HttpClient client, TenantLedger tenant)
    {
        await TellAsync(tenant, $"of-{tenant.Tenant}");
        var answers = new List<(string, int, string)>();
        foreach (var (_, address, body) in TenantRequests.Writes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(tenant.Tenant, $"/api/v1{address}"))
            {
                Content = new StringContent(Of(tenant.Tenant, body), Encoding.UTF8, "application/json"),
            };

            // The same key of each tenant is a request of its own.
            request.Headers.Add("Idempotency-Key", $"key-{answers.Count}");
            answers.Add(await SendAsync(client, request));
        }

        using var page = await client.GetAsync(new Uri(AddressOf(tenant.Tenant, "/run?stream=run:same"), UriKind.Relative));
        var token = Token().Match(await page.Content.ReadAsStringAsync());
        foreach (var (path, fields) in TenantRequests.Forms)
        {
            var length = (await tenant.Store.GetStreamAsync(StreamName.Run("same")))!.Version.Value;
            using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(tenant.Tenant, path))
            {
                Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, Of(tenant.Tenant, field.Value).Replace("LENGTH", $"{length}", StringComparison.Ordinal)))
                    .Append(KeyValuePair.Create(token.Groups["name"].Value, WebUtility.HtmlDecode(token.Groups["value"].Value)))),
            };
            request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
            answers.Add(await SendAsync(client, request));
        }

        answers.AddRange(await ReadAsync(client, tenant.Tenant));
        return answers;
    }

    // Pages have tokens of forms, and the numbers of projections are those of all tenants.
    private static IEnumerable<string> AnswersOf(IEnumerable<(string Address, int Status, string Text)> answers) => answers
        .Where(answer => answer.Address.Contains("/api/v1/", StringComparison.Ordinal) && !answer.Address.Contains("/projections", StringComparison.Ordinal))
        .Select(answer => $"{answer.Status} {answer.Address} {answer.Text}".Replace(Loud, Quiet, StringComparison.Ordinal));

    private static async Task<List<(string Address, int Status, string Text)>> ReadAsync(HttpClient client, string tenant)
    {
        var answers = new List<(string, int, string)>();
        foreach (var (address, accept) in TenantRequests.Pages.Values.SelectMany(addresses => addresses).Select(address => (address, (string?)null)).Concat(TenantRequests.Reads()))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(tenant, address));
            request.Headers.TryAddWithoutValidation("Accept", accept);
            answers.Add(await SendAsync(client, request));
        }

        return answers;
    }

    private static async Task<(string Address, int Status, string Text)> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var address = $"{request.RequestUri} {request.Headers.Accept}";
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            return (address, (int)response.StatusCode, $"{response.Headers.Location} {await response.Content.ReadAsStringAsync()}");
        }

        // What is followed has no end: the first message.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token));
        var message = new StringBuilder();
        while (await reader.ReadLineAsync(patience.Token) is { } line && (line.Length > 0 || !message.ToString().Contains("data:", StringComparison.Ordinal)))
        {
            message.AppendLine(line);
        }

        return (address, (int)response.StatusCode, message.ToString());
    }

    // What no route writes.
    private async Task TellAsync(TenantLedger tenant, string mark)
    {
        var run = tenant.Runs.GetRun("same");
        await run.AppendAsync(
        [
            TenantRequests.New(10, new ObjectCreated("same", "Claim", new JsonObject { ["of"] = mark })),
            TenantRequests.New(11, new ObjectCreated("other", "Claim", new JsonObject { ["of"] = mark })),
            TenantRequests.New(12, new RelationCreated("same", "about", "same", "other")),
            TenantRequests.New(13, new LlmRequest(JsonElement.Parse($$"""[{"role": "user", "content": "{{mark}}"}]"""), $"gpt-{mark}")),
            TenantRequests.New(14, new LlmResponse(mark, $"gpt-{mark}", 0.5m)),
            TenantRequests.New(15, new ToolCalled($"tool-{mark}")),
            TenantRequests.New(16, new KitLoaded(mark)),
        ]);
        await run.SaveSnapshotAsync();
        var branch = await run.ForkAsync(new Position(3), new ForkOptions { Id = "same", Name = mark });
        await branch.AppendAsync([TenantRequests.New(18, new ObjectPatched("other", new JsonObject { ["branch"] = mark }))]);
        await branch.SaveSnapshotAsync();

        var task = new AgentTask { Id = "same", SystemPrompt = mark, CreatedAt = Moment, UpdatedAt = Moment, Run = run.StreamName };
        await tenant.Tasks.SaveTaskAsync(task);
        await tenant.Tasks.SaveMessageAsync(new Message { Id = "same", TaskId = "same", Role = MessageRole.User, Content = mark, Timestamp = Moment });
        await tenant.Tasks.SaveCallAsync(new Call
        {
            Id = "same",
            TaskId = "same",
            AbilityName = "mem:retrieve",
            Parameters = $$"""{"of":"{{mark}}"}""",
            Status = CallStatus.InProgress,
            Details = "{}",
            CreatedAt = Moment,
            UpdatedAt = Moment,
            StartMessageId = "same",
        });
        await run.AppendAsync([TenantRequests.New(19, new ObjectPatched("same", new JsonObject { ["call"] = mark })) with { Metadata = new EventMetadata { CallId = "same" } }]);
        await tenant.Records.Get("same").UpsertAsync(new ChronoRecord { Id = "same", Kind = "fact", Label = mark });
        await database.ScalarAsync<int>($$"""
            insert into ledger.tenant_dead_letter (tenant_id, id, data, mt_dotnet_type)
            select '{{tenant.Tenant}}', ('00000000-0000-0000-0000-0000000000' || n)::uuid,
                   jsonb_build_object('Id', ('00000000-0000-0000-0000-0000000000' || n), 'Timestamp', now(), 'ShardName', 'All', 'ProjectionName', 'mail', 'ExceptionType', 'T',
                       'ExceptionMessage', '{{mark}}', 'EventSequence', (select min(seq_id) from ledger.mt_events where tenant_id = '{{tenant.Tenant}}')),
                   'JasperFx.Events.Daemon.DeadLetterEvent'
            from generate_series(91, 94) as n;
            select 1
            """);
    }

    private static string AddressOf(string tenant, string path) => Of(tenant, $"/ledger/tenants/{tenant}{path}");

    private static string Of(string tenant, string text) => text.Replace(TenantRequests.Mark, $"of-{tenant}", StringComparison.Ordinal);

    [GeneratedRegex("""<input type="hidden" name="(?<name>__[^"]+)" value="(?<value>[^"]+)" """)]
    private static partial Regex Token();
}
