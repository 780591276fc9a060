using System.Net;
using System.Net.Http.Headers;
using Ledger.Explorer.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Access;

/// <summary>The excerpts of the page on the explorer.</summary>
public sealed class GuardingSampleTests
{
    [Fact]
    public async Task Explorer_OfAnApplicationWithUsers_IsOpenedByThem()
    {
        await using var app = Create(services =>
        {
            services.AddAuthentication("bearer").AddBearerToken("bearer");
            services.AddAuthorization(options => options.AddPolicy("writers", policy => policy.RequireRole("writer")));
        });

        // sample: in an application with users
        app.MapLedgerExplorer("/ledger", options => options with { Writing = ExplorerWriting.Allowed, WritingPolicy = "writers" })
            .RequireAuthorization();
        // end of sample

        await app.StartAsync();
        (await app.GetTestClient().GetAsync("/ledger/")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Explorer_OfAnApplicationWithoutUsers_IsOpenedByATokenOfTheFile()
    {
        var token = ExplorerToken.Generate();
        await File.WriteAllTextAsync("tokens.txt", $"{new ExplorerToken("ann", ExplorerRights.Read, ExplorerToken.HashOf(token))}\n");
        await using var app = Create(_ => { });

        // sample: in an application without users
        app.MapLedgerExplorer("/ledger", options => options with { Tokens = new ExplorerTokenFile("tokens.txt").Read });
        // end of sample

        await app.StartAsync();
        var client = app.GetTestClient();
        (await client.GetAsync("/ledger/api/v1/runs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await client.GetAsync("/ledger/api/v1/runs")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static WebApplication Create(Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(new AgentLedger(new MemoryEventStore()));
        configure(builder.Services);
        return builder.Build();
    }
}
