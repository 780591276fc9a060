using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ledger.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>The tools of a log over HTTP, by the client of the protocol's own package.</summary>
public sealed class MapLedgerMcpTests : IAsyncDisposable
{
    private static readonly string[] ReadingTools =
    [
        "chrono_get", "chrono_history", "chrono_projects", "chrono_query",
        "ldg_call_list", "ldg_msg_list", "ldg_task_get", "ldg_task_query", "log_contracts", "log_search",
        "run_blame", "run_branches", "run_diff", "run_event", "run_events", "run_list", "run_object", "run_search", "run_trace", "run_world",
    ];

    private readonly AgentLedger _ledger = new(new MemoryEventStore());
    private readonly List<WebApplication> _applications = [];

    [Fact]
    public async Task Tools_AreThoseThatRead_UnlessToldOtherwise()
    {
        var reading = await StartAsync(app => app.MapLedgerMcp("/ledger/mcp"));
        var writing = await StartAsync(app => app.MapLedgerMcp("/ledger/mcp", options => options with { Writing = McpWriting.Allowed }));
        await using var reader = await ConnectAsync(reading);
        await using var writer = await ConnectAsync(writing);

        var tools = await reader.ListToolsAsync();
        tools.Select(t => t.Name).Order(StringComparer.Ordinal).ShouldBe(ReadingTools);
        tools.ShouldAllBe(t => t.ProtocolTool.Annotations!.ReadOnlyHint == true && t.ProtocolTool.OutputSchema != null);
        var more = (await writer.ListToolsAsync()).Where(t => !ReadingTools.Contains(t.Name)).ToList();
        more.Select(t => t.Name).Order(StringComparer.Ordinal).ShouldBe(
        [
            "chrono_upsert", "ldg_call_save", "ldg_msg_save", "ldg_task_save",
            "run_append", "run_fork", "run_merge", "run_pick", "run_rebase", "run_start",
        ]);
        more.ShouldAllBe(t => t.ProtocolTool.Annotations!.ReadOnlyHint == false);
        reader.ServerInfo!.Name.ShouldBe("ledger");
    }

    [Fact]
    public async Task Calls_ReadAndWriteTheLogOfTheApplication()
    {
        await using var client = await ConnectAsync(await StartAsync(app => app.MapLedgerMcp("/ledger/mcp", o => o with { Writing = McpWriting.Allowed })));
        var appended = await client.CallToolAsync("run_append", new Dictionary<string, object?>
        {
            ["run"] = "r", ["type"] = "object.created", ["data"] = JsonElement.Parse("""{"id":"a","type":"Claim","data":{"text":"It rains."}}"""),
        });

        appended.IsError.ShouldNotBe(true);
        (await _ledger.GetRun("r").GetWorldAsync()).Objects.ShouldHaveSingleItem().Id.ShouldBe("a");
        var world = await client.CallToolAsync("run_world", new Dictionary<string, object?> { ["run"] = "r" });
        world.StructuredContent!.Value.GetProperty("objects")[0].GetProperty("id").GetString().ShouldBe("a");
    }

    [Fact]
    public async Task Runs_AreListedInPages()
    {
        await using var client = await ConnectAsync(await StartAsync(app => app.MapLedgerMcp("/ledger/mcp")));
        for (var i = 0; i < 101; i++)
        {
            await _ledger.GetRun($"r-{i:000}").AppendAsync([new UntypedEvent("noted", JsonElement.Parse("{}"))]);
        }

        var first = await ListAsync();
        first.ShouldBe((100, "r-000", "r-099", true));
        (await ListAsync(("after", first.Last))).ShouldBe((1, "r-100", "r-100", false));
        (await ListAsync(("limit", 2), ("after", "run:r-0"))).ShouldBe((2, "r-000", "r-001", true));
        (await ListAsync(("limit", 1_000), ("after", "r-0985"))).ShouldBe((2, "r-099", "r-100", false));
        (await ListAsync(("after", "s"))).ShouldBe((0, null, null, false));
        (await FaultAsync(client, "run_list", ("limit", 0))).ShouldContain("limit");
        (await FaultAsync(client, "run_list", ("limit", 1_001))).ShouldContain("limit");

        async Task<(int Count, string? First, string? Last, bool HasMore)> ListAsync(params (string Name, object? Value)[] arguments)
        {
            var page = (await client.CallToolAsync("run_list", arguments.ToDictionary(a => a.Name, a => a.Value))).StructuredContent!.Value;
            var ids = page.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("id").GetString()).ToList();
            return (ids.Count, ids.FirstOrDefault(), ids.LastOrDefault(), page.GetProperty("has_more").GetBoolean());
        }
    }

    [Fact]
    public async Task Mistakes_AreAnsweredWithASentence()
    {
        await using var client = await ConnectAsync(await StartAsync(app => app.MapLedgerMcp("/ledger/mcp")));

        (await FaultAsync(client, "run_append", ("run", "r"))).ShouldBe("The tool 'run_append' is not allowed here.");
        (await FaultAsync(client, "run_events", ("run", "nope"))).ShouldStartWith("There is no stream 'nope'.");
        (await FaultAsync(client, "run_events", ("runn", "r"))).ShouldContain("runn");
        (await FaultAsync(client, "chrono_query", ("project", ""))).ShouldBe("'' cannot be the name of a project: 1 to 493 characters, without control characters.");
        (await _ledger.ListRunsAsync().ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Choice_OfTools_IsChecked()
    {
        await using var client = await ConnectAsync(await StartAsync(app => app.MapLedgerMcp("/ledger/mcp", o => o with { Tools = ["run_events"] })));
        (await client.ListToolsAsync()).Select(t => t.Name).ShouldBe(["run_events"]);
        (await FaultAsync(client, "run_list")).ShouldBe("The tool 'run_list' is not allowed here.");

        (await Should.ThrowAsync<ArgumentException>(() => StartAsync(app => app.MapLedgerMcp("/m", o => o with { Tools = ["run_append"] }))))
            .Message.ShouldStartWith("The tool 'run_append' writes, and writing is off. Set Writing to McpWriting.Allowed.");
        (await Should.ThrowAsync<ArgumentException>(() => StartAsync(app => app.MapLedgerMcp("/m", o => o with { Tools = ["run_delete"] }))))
            .Message.ShouldStartWith("There is no tool 'run_delete'. The tools are: chrono_get, ");
        (await Should.ThrowAsync<InvalidOperationException>(() => StartAsync(app => app.MapLedgerMcp("/m"), hasLedger: false)))
            .Message.ShouldBe("The container has no AgentLedger. Call services.AddLedger() first, or register one.");
    }

    [Fact]
    public async Task Authorization_IsThatOfTheApplication_AndItsOwnServerStaysApart()
    {
        var application = await StartAsync(
            app =>
            {
                app.UseAuthentication().UseAuthorization();
                // sample: the log as tools over HTTP
                app.MapLedgerMcp("/ledger/mcp").RequireAuthorization();
                // end of sample
                app.MapMcp("/own");
            },
            prepare: builder =>
            {
                builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
                builder.Services.AddAuthorization();
                builder.Services.AddMcpServer(o => o.ServerInfo = new Implementation { Name = "own", Version = "1" }).WithHttpTransport();
            });
        using var anonymous = application.GetTestClient();

        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        (await anonymous.PostAsync("/ledger/mcp", content)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await using var client = await ConnectAsync(application, user: "me");
        await using var own = await ConnectAsync(application, "/own");
        (client.ServerInfo!.Name, own.ServerInfo!.Name).ShouldBe(("ledger", "own"));
        (await client.ListToolsAsync()).Count.ShouldBe(ReadingTools.Length);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var application in _applications)
        {
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }

    private async Task<WebApplication> StartAsync(Action<WebApplication> map, bool hasLedger = true, Action<WebApplicationBuilder>? prepare = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        if (hasLedger)
        {
            builder.Services.AddSingleton(_ledger);
        }

        prepare?.Invoke(builder);
        var application = builder.Build();
        map(application);
        await application.StartAsync();
        _applications.Add(application);
        return application;
    }

    private static async Task<McpClient> ConnectAsync(WebApplication application, string path = "/ledger/mcp", string? user = null)
    {
        var http = application.GetTestClient();
        if (user is not null)
        {
            http.DefaultRequestHeaders.Add("user", user);
        }

        var options = new HttpClientTransportOptions { Endpoint = new Uri(http.BaseAddress!, path), TransportMode = HttpTransportMode.StreamableHttp };
        return await McpClient.CreateAsync(new HttpClientTransport(options, http, ownsHttpClient: true));
    }

    private static async Task<string> FaultAsync(McpClient client, string tool, params (string Name, object? Value)[] arguments)
    {
        var result = await client.CallToolAsync(tool, arguments.ToDictionary(a => a.Name, a => a.Value));
        result.IsError.ShouldBe(true);
        return result.Content.OfType<TextContentBlock>().Single().Text;
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["user"].ToString() is { Length: > 0 } user
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "header")), "header"))
                : AuthenticateResult.NoResult());
    }
}
