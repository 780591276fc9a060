using System.Net;
using System.Security.Claims;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Samples;

/// <summary>The sample of an application that finds the tenant in a request.</summary>
public sealed class TenantOfRequest
{
    [Fact]
    public async Task Sample_ClaimNamesTheTenant_ServicesAreThoseOfIt()
    {
        await using var acme = await NewAsync();
        await using var bolt = await NewAsync();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddLedgerTenants(_ => new StaticTenants([new TenantDatabase("acme", acme.ConnectionString), new TenantDatabase("bolt", bolt.ConnectionString)]));
        await using var app = builder.Build();

        // What authentication does: here it believes a header.
        app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([.. context.Request.Headers["X-Tenant"].Select(tenant => new Claim("tenant", tenant!))], "test"));
            return next(context);
        });

        // sample: the tenant of a request
        app.Use(async (context, next) =>
        {
            if (context.User.FindFirst("tenant")?.Value is not { Length: > 0 } tenant)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            try
            {
                await context.RequestServices.GetRequiredService<TenantScope>().UseAsync(tenant, context.RequestAborted);
            }
            catch (TenantNotFoundException)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            await next(context);
        });
        app.MapGet("/length", async (AgentLedger runs) => (await runs.Store.GetStreamAsync(StreamName.Run("same")))?.Version.Value ?? 0);
        // end of sample
        app.MapPost("/", (AgentLedger runs) => runs.GetRun("same").AppendAsync([new ObjectCreated("a", "Claim")]));
        await app.StartAsync();
        using var client = app.GetTestClient();

        (await SendAsync(HttpMethod.Post, "/", "acme")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await SendAsync(HttpMethod.Get, "/length", "acme")).Content.ReadAsStringAsync()).ShouldBe("1");
        (await (await SendAsync(HttpMethod.Get, "/length", "bolt")).Content.ReadAsStringAsync()).ShouldBe("0");
        (await SendAsync(HttpMethod.Get, "/length", "none")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync(new Uri("/length", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        NpgsqlConnection.ClearAllPools();

        async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string tenant)
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { { "X-Tenant", tenant } } };
            return await client.SendAsync(request);
        }
    }

    private static async Task<TestDatabase> NewAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await new LedgerMigrator(source).ApplyAsync();
        return database;
    }
}
