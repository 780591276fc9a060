using System.Net;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Explorer.Api;
using Ledger.Explorer.Rendering;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Tenants;

/// <summary>A list of the tenants that a user may open, and the explorer of each: by no address does one see what is another's.</summary>
public sealed class TenantExplorerTests
{
    [Fact]
    public async Task Tenants_AreListedForThoseWhoMayOpenThem_AndEveryAddressIsThatOfOne()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var role = $"app_{Guid.NewGuid():N}"[..16];
        await ExecuteAsync(database, $"create role {role} login password 'secret'; grant create on database \"{database.Name}\" to {role}");
        var owner = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "secret" }.ConnectionString;
        await using (var migrating = NpgsqlDataSource.Create(owner + ";Pooling=false"))
        {
            await new LedgerMigrator(migrating, new PostgresOptions { Tenancy = Tenancy.Conjoined }).ApplyAsync();
        }

        var map = new ConjoinedTenants(owner);
        string[] names = ["acme", "bolt / söhne"];
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddLedgerTenants(_ => map);
        await using var app = builder.Build();

        // What authentication does: here it believes a header.
        app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "user"), .. context.Request.Headers["X-Tenants"].Select(tenant => new Claim("tenant", Uri.UnescapeDataString(tenant!)))], "test"));
            return next(context);
        });

        // sample: the explorers of tenants
        app.MapLedgerTenantExplorer("/ledger", (context, tenant) => context.User.HasClaim("tenant", tenant), options => options with { Writing = ExplorerWriting.Allowed });
        // end of sample
        await app.StartAsync();
        using var client = app.GetTestClient();
        var tenants = app.Services.GetRequiredService<TenantLedgers>();
        foreach (var name in names)
        {
            await map.AddAsync(name);
            var log = await tenants.ForTenantAsync(name);
            await log.Runs.GetRun("same").AppendAsync([new ObjectCreated("same", "Claim", new JsonObject { ["secret"] = $"of {name}" })]);
        }

        await (await tenants.ForTenantAsync("acme")).Quotas.SetAsync(new LogQuota { Events = 2 });
        var (acme, bolt) = ("/ledger/tenants/acme", $"/ledger/tenants/{Uri.EscapeDataString(names[1])}");

        (await TextAsync("/ledger/", "acme")).ShouldSatisfyAllConditions(list => list.ShouldContain($"href=\"{acme}/\""), list => list.ShouldNotContain("bolt"));
        (await TextAsync("/ledger/")).ShouldContain("There is no tenant that you may open.");
        JsonElement.Parse(await TextAsync("/ledger/api/v1/tenants", "acme", names[1])).EnumerateArray().Select(tenant => tenant.GetProperty("tenant").GetString()).ShouldBe(names);
        (await SendAsync(bolt + "/", "acme")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        DetailOf(await TextAsync(bolt + "/api/v1/runs", "acme")).ShouldBe(DetailOf(await TextAsync("/ledger/tenants/none/api/v1/runs", "acme", "none")).Replace("'none'", $"'{names[1]}'", StringComparison.Ordinal), "who may not open it does not learn that there is one");
        (await TextAsync(acme + "/", "acme")).ShouldSatisfyAllConditions(page => page.ShouldContain("href=\"/ledger/\">Tenants</a>"), page => page.ShouldContain($"href=\"{acme}/run?stream=run"));
        (await SendAsync($"{acme}/assets/{AssetFiles.Style}", "acme")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync($"/ledger/assets/{AssetFiles.Style}")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // Every question of the API.
        foreach (var route in ApiRoutes.All.Where(route => route.Method == "GET"))
        {
            var address = bolt + "/api/v1" + string.Join('/', route.Path.Split('/').Select(part => part.StartsWith('{') ? ValueOf(part.Trim('{', '}')) : part))
                + "?" + string.Join('&', route.Query.Where(parameter => parameter.IsRequired).Select(parameter => $"{parameter.Name}={ValueOf(parameter.Name)}"));
            var answer = await SendAsync(address.TrimEnd('?'), names[1]);
            ((int)answer.StatusCode).ShouldBeLessThan(500, address);
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain("of acme", Case.Sensitive, address);
        }

        // A full log: a code of its own, for one tenant alone.
        (await PostAsync(acme, "acme")).StatusCode.ShouldBe(HttpStatusCode.Created);
        var full = await PostAsync(acme, "acme");
        full.StatusCode.ShouldBe(HttpStatusCode.InsufficientStorage);
        JsonElement.Parse(await full.Content.ReadAsStringAsync()).GetProperty("code").GetString().ShouldBe("quota_exceeded");
        (await PostAsync(bolt, names[1])).StatusCode.ShouldBe(HttpStatusCode.Created);
        JsonElement.Parse(await TextAsync($"{acme}/api/v1/quota", "acme")).ShouldSatisfyAllConditions(
            usage => usage.GetProperty("most_events").GetInt64().ShouldBe(2), usage => usage.GetProperty("events").GetInt64().ShouldBe(2));
        Should.Throw<ArgumentException>(() => app.MapLedgerTenantExplorer("/x", (_, _) => true, options => options with { Tokens = () => [] })).Message.ShouldStartWith("Tokens would open the logs of all tenants.");

        await app.StopAsync();
        await app.DisposeAsync();
        await map.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(database, $"drop owned by {role} cascade; drop role {role}");

        async Task<HttpResponseMessage> SendAsync(string address, params string[] who)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("X-Tenants", who.Select(Uri.EscapeDataString));
            return await client.SendAsync(request);
        }

        async Task<string> TextAsync(string address, params string[] who) => await (await SendAsync(address, who)).Content.ReadAsStringAsync();

        async Task<HttpResponseMessage> PostAsync(string explorer, string who)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{explorer}/api/v1/streams/run:same/events")
            {
                Content = new StringContent("""{"events":[{"type":"note","data":{}}]}""", System.Text.Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("X-Tenants", Uri.EscapeDataString(who));
            return await client.SendAsync(request);
        }
    }

    private static string DetailOf(string problem) => JsonElement.Parse(problem).GetProperty("detail").GetString()!;

    private static string ValueOf(string parameter) => parameter switch
    {
        "stream" or "run" or "a" or "b" or "target" or "source" or "onto" => "run:same",
        "sql" => "select%20*%20from%20events",
        _ => "same",
    };

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
