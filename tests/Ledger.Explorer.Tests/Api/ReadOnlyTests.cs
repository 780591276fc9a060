using System.Net;
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using Ledger.Log;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Who may read, and who may write.</summary>
public sealed class ReadOnlyTests
{
    [Theory]
    [InlineData("/ledger/api/v1/runs")]
    [InlineData("/ledger/api/v1/streams/run:kettle/events")]
    [InlineData("/ledger/api/v1/streams/run:kettle/branches")]
    [InlineData("/ledger/api/v1/sessions/kettle/first/entries")]
    [InlineData("/ledger/fork")]
    [InlineData("/ledger/change")]
    [InlineData("/ledger/api/v1/streams/run:kettle/changes")]
    [InlineData("/ledger/api/v1/streams/run:kettle/continuations")]
    public async Task Write_ByDefault_IsForbidden(string path)
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        await SampleRun.WriteAsync(host.Ledger);

        using var answer = await host.CreateClient().PostAsJsonAsync(path, new { at = 1, events = new[] { new { type = "kit.loaded" } } });

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("read-only");
        (await host.Ledger.GetRun("kettle").GetLengthAsync()).Value.ShouldBe(SampleRun.Length);
    }

    [Fact]
    public async Task Pages_ByDefault_HaveNoFormThatWrites()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        await SampleRun.WriteAsync(host.Ledger);

        (await host.CreateClient().GetStringAsync("/ledger/run?stream=run:kettle")).ShouldNotContain("method=\"post\"");
    }

    [Fact]
    public async Task RequireAuthorization_IsAskedOfEveryAddress()
    {
        await using var host = await StartGuardedAsync((_, group) => group.RequireAuthorization());
        var client = host.CreateClient();

        foreach (var path in new[] { "/ledger/", "/ledger/run?stream=run:kettle", "/ledger/api/v1/runs", "/ledger/live?stream=run:kettle", "/ledger/nothing" })
        {
            using var answer = await client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        }

        client.DefaultRequestHeaders.Add("X-User", "ann");
        (await client.GetAsync("/ledger/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task WritingPolicy_IsAskedOfWritersAlone_AndTheForkIsTheirs()
    {
        await using var host = await StartGuardedAsync((_, _) => { });
        await SampleRun.WriteAsync(host.Ledger);
        var client = host.CreateClient();

        (await client.GetAsync("/ledger/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await client.PostAsJsonAsync("/ledger/api/v1/streams/run:kettle/branches", new { at = 1, id = "mine" });
        client.DefaultRequestHeaders.Add("X-User", "ann");
        using var made = await client.PostAsJsonAsync("/ledger/api/v1/streams/run:kettle/branches", new { at = 1, id = "mine" });

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var events = await (await host.Ledger.OpenAsync(StreamName.Branch("mine"))).ReadAllAsync();
        events[1].Metadata.Actor.ShouldBe("ann");
    }

    [Fact]
    public async Task MaskingPolicy_IsAskedOfThoseWhoMaskAlone_AndTheMaskIsTheirs()
    {
        await using var host = await StartGuardedAsync((_, _) => { }, options => options with { Masking = ExplorerMasking.Allowed, MaskingPolicy = "officers" });
        await SampleRun.WriteAsync(host.Ledger);
        var client = host.CreateClient();
        var mask = new { stream = "run:kettle", paths = new[] { "$.data.text" }, reason = "request 17", by = "dpo" };

        using var nameless = await client.PostAsJsonAsync("/ledger/api/v1/masks", mask);
        client.DefaultRequestHeaders.Add("X-User", "ann");
        using var refused = await client.PostAsJsonAsync("/ledger/api/v1/masks", mask);
        using var forked = await client.PostAsJsonAsync("/ledger/api/v1/streams/run:kettle/branches", new { at = 1, id = "mine" });
        client.DefaultRequestHeaders.Remove("X-User");
        client.DefaultRequestHeaders.Add("X-User", "officer");
        using var masked = await client.PostAsJsonAsync("/ledger/api/v1/masks", mask);

        nameless.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        forked.StatusCode.ShouldBe(HttpStatusCode.Created);
        masked.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ByAsync(host)).ShouldBe("officer", "The body names another.");
    }

    [Fact]
    public async Task Mask_WithoutTokensAndUsers_RecordsTheNameAsAClaim()
    {
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed, Masking = ExplorerMasking.Allowed });
        await SampleRun.WriteAsync(host.Ledger);

        using var masked = await host.CreateClient().PostAsJsonAsync(
            "/ledger/api/v1/masks", new { stream = "run:kettle", paths = new[] { "$.data.text" }, reason = "request 17", by = "dpo" });

        masked.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ByAsync(host)).ShouldBe("claimed: dpo");
    }

    private static async Task<string?> ByAsync(ExplorerHost host) =>
        (await host.Ledger.Store.ReadForwardAsync(new StreamName("masked:run:kettle")).FirstAsync()).Data.ShouldBeOfType<EventMasked>().By;

    private static Task<ExplorerHost> StartGuardedAsync(
        Action<WebApplication, IEndpointConventionBuilder> map, Func<LedgerExplorerOptions, LedgerExplorerOptions>? with = null) => ExplorerHost.StartAsync(
        new MemoryEventStore(),
        options => (with ?? (same => same))(options with { Writing = ExplorerWriting.Allowed, WritingPolicy = "writers" }),
        builder =>
        {
            builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("test", null);
            builder.Services.AddAuthorization(options =>
            {
                options.AddPolicy("writers", policy => policy.RequireAuthenticatedUser());
                options.AddPolicy("officers", policy => policy.RequireUserName("officer"));
            });
        },
        map);

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-User"].ToString() is not { Length: > 0 } name)
            {
                return Task.FromResult(AuthenticateResult.NoResult());
            }

            var identity = new System.Security.Claims.ClaimsIdentity([new(System.Security.Claims.ClaimTypes.Name, name)], "test");
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new System.Security.Claims.ClaimsPrincipal(identity), "test")));
        }
    }
}
