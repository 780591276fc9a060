using Ledger.Explorer.Tests.Api;
using Ledger.Postgres.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Samples;

/// <summary>The health of an application as its orchestrator asks for it, with what the page says and no more.</summary>
public sealed class Watching
{
    [Fact]
    public async Task Health_RegisteredInALine_IsAnswered()
    {
        await using var database = await ExplorerDatabase.CreateAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddLedger(options => options with { ConnectionString = database.ConnectionString });
        // sample: health
        builder.Services.AddHealthChecks().AddCheck<LedgerHealthCheck>("ledger");
        // end of sample
        await using var app = builder.Build();
        app.MapHealthChecks("/health");
        await app.StartAsync();

        (await app.GetTestClient().GetStringAsync(new Uri("/health", UriKind.Relative))).ShouldBe("Healthy");
    }
}
