using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Ledger.Explorer;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>The tools of tenants over HTTP: each address has those of one log, for those who may open it.</summary>
public sealed class MapLedgerTenantMcpTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    [Fact]
    public async Task Tools_AreThoseOfTheTenantInTheAddress_ForWhomMayOpenIt()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddLedgerTenants(_ => database.Map, new TenantOptions { ConnectionsPerTenant = 5 });
        await using var app = builder.Build();
        await using var without = WebApplication.CreateBuilder().Build();
        Should.Throw<InvalidOperationException>(() => without.MapLedgerTenantMcp("/mcp", (_, _) => true)).Message
            .ShouldBe("The container has no TenantLedgers. Call services.AddLedgerTenants() first.");
        Should.Throw<ArgumentException>(() => app.MapLedgerTenantMcp("/x", (_, _) => true, o => o with { Tools = ["run_append"] })).Message.ShouldStartWith("The tool 'run_append' writes, and writing is off.");

        // What authentication does: here it believes a header.
        app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([.. context.Request.Headers["X-Tenants"].Select(tenant => new Claim("tenant", Uri.UnescapeDataString(tenant!)))], "test"));
            return next(context);
        });

        // sample: the tools of tenants
        app.MapLedgerTenantMcp("/mcp", (context, tenant) => context.User.HasClaim("tenant", tenant), options => options with { Writing = McpWriting.Allowed });
        // end of sample
        app.MapLedgerTenantMcp("/few", (_, _) => true, options => options with { Tools = ["log_query", "run_list"], Querying = ExplorerQuerying.Allowed });
        await app.StartAsync();
        string[] names = ["acme", "bolt / söhne"];
        foreach (var name in names)
        {
            await database.Map.AddAsync(name);
            await using var client = await ConnectAsync(app, "/mcp", name);
            await CallAsync(client, "run_append", ("run", "same"), ("type", "object.created"), ("data", JsonSerializer.SerializeToElement(new { id = "same", type = "Claim", data = new { of = name[..4] } })));
        }

        foreach (var name in names)
        {
            await using var client = await ConnectAsync(app, "/mcp", name);
            (await CallAsync(client, "run_world", ("run", "same"))).GetProperty("objects")[0].GetProperty("data").GetProperty("of").GetString().ShouldBe(name[..4]);
            (await (await app.Services.GetRequiredService<TenantLedgers>().ForTenantAsync(name)).Runs.GetRun("same").GetWorldAsync()).Objects.ShouldHaveSingleItem();
        }

        await using var few = await ConnectAsync(app, "/few", "acme");
        (await few.ListToolsAsync()).Select(tool => tool.Name).Order(StringComparer.Ordinal).ShouldBe(["log_query", "run_list"]);

        // Who may not open it does not learn that there is one.
        var hidden = await RefusedAsync(app, names[1], "acme");
        hidden.ShouldContain($"There is no tenant '{names[1]}'");
        hidden.ShouldBe((await RefusedAsync(app, "none", "none")).Replace("'none'", $"'{names[1]}'", StringComparison.Ordinal));
        await app.StopAsync();
    }

    private static async Task<McpClient> ConnectAsync(WebApplication app, string path, string tenant)
    {
        var http = app.GetTestClient();
        http.DefaultRequestHeaders.Add("X-Tenants", Uri.EscapeDataString(tenant));
        var options = new HttpClientTransportOptions { Endpoint = new Uri(http.BaseAddress!, $"{path}/tenants/{Uri.EscapeDataString(tenant)}"), TransportMode = HttpTransportMode.StreamableHttp };
        return await McpClient.CreateAsync(new HttpClientTransport(options, http, ownsHttpClient: true));
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, params (string Name, object? Value)[] arguments)
    {
        var result = await client.CallToolAsync(tool, arguments.ToDictionary(argument => argument.Name, argument => argument.Value));
        result.IsError.ShouldNotBe(true, ((TextContentBlock)result.Content[0]).Text);
        return result.StructuredContent!.Value;
    }

    private static async Task<string> RefusedAsync(WebApplication app, string tenant, string who)
    {
        using var client = app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/mcp/tenants/{Uri.EscapeDataString(tenant)}") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Tenants", who);
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("detail").GetString()!;
    }
}
