using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Shouldly;

namespace Ledger.Mcp.Tests;

/// <summary>A log in memory, its tools over HTTP, and a client of them.</summary>
internal sealed class ToolServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ToolServer(WebApplication application, AgentLedger ledger, McpClient client) =>
        (_application, Ledger, Client) = (application, ledger, client);

    public AgentLedger Ledger { get; }

    public McpClient Client { get; }

    public static async Task<ToolServer> StartAsync(Func<LedgerMcpOptions, LedgerMcpOptions>? configure = null, AgentLedger? ledger = null)
    {
        ledger ??= new AgentLedger(new MemoryEventStore());
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(ledger);
        var application = builder.Build();
        application.MapLedgerMcp("/mcp", configure ?? (options => options with { Writing = McpWriting.Allowed }));
        await application.StartAsync();
        var http = application.GetTestClient();
        var options = new HttpClientTransportOptions { Endpoint = new Uri(http.BaseAddress!, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp };
        return new ToolServer(application, ledger, await McpClient.CreateAsync(new HttpClientTransport(options, http, ownsHttpClient: true)));
    }

    /// <summary>The answer of a tool that succeeds.</summary>
    public async Task<JsonElement> CallAsync(string tool, string arguments)
    {
        var (text, isError) = await AskAsync(tool, arguments);
        isError.ShouldBeFalse(text);
        return JsonElement.Parse(text);
    }

    /// <summary>The sentence of a tool that refuses.</summary>
    public async Task<string> RefusedAsync(string tool, string arguments)
    {
        var (text, isError) = await AskAsync(tool, arguments);
        isError.ShouldBeTrue(text);
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private async Task<(string Text, bool IsError)> AskAsync(string tool, string arguments)
    {
        var given = JsonNode.Parse(arguments)!.AsObject().ToDictionary(member => member.Key, member => (object?)member.Value);
        var result = await Client.CallToolAsync(tool, given);
        return (((TextContentBlock)result.Content[0]).Text, result.IsError == true);
    }
}
