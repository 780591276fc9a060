using System.Net;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Writing;

/// <summary>Whose a key is.</summary>
public sealed class RequestKeyTests : IAsyncLifetime
{
    private ExplorerHost _host = null!;

    public async Task InitializeAsync() => _host = await ExplorerHost.StartAsync(
        new MemoryEventStore(),
        options => options with { Writing = ExplorerWriting.Allowed },
        builder => builder.Services.AddTransient<IStartupFilter, Users>());

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("a|one|sub|1", "a|one|sub|2")]
    [InlineData("a|one|sub|1", "a|two|sub|1")]
    [InlineData("a|one|sub|1", "b|one|sub|1")]
    [InlineData("a|one|sub|1", "")]
    [InlineData("a|one|" + ClaimTypes.NameIdentifier + "|1", "a|one|" + ClaimTypes.NameIdentifier + "|2")]
    [InlineData("a|one|" + ClaimTypes.Name + "|ann", "a|one|" + ClaimTypes.Name + "|bob")]
    public async Task Key_OfAnotherUser_IsAnother(string first, string second)
    {
        using var mine = await PostAsync(first);
        using var again = await PostAsync(first);
        using var theirs = await PostAsync(second);

        mine.StatusCode.ShouldBe(HttpStatusCode.Created, await mine.Content.ReadAsStringAsync());
        again.Headers.Location.ShouldBe(mine.Headers.Location);
        theirs.StatusCode.ShouldBe(HttpStatusCode.Created, await theirs.Content.ReadAsStringAsync());
        theirs.Headers.Location.ShouldNotBe(mine.Headers.Location);
    }

    [Fact]
    public async Task Key_OfAUserWhoHasNoIdAndNoName_IsRefused()
    {
        using var refused = await PostAsync("a|one|role|writer");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("leave the header out.");
    }

    private async Task<HttpResponseMessage> PostAsync(string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/api/v1/runs") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "k");
        request.Headers.Add("X-User", user);
        return await _host.CreateClient().SendAsync(request);
    }

    /// <summary>Takes the user from a header: kind of authentication, issuer, type and value of the only claim.</summary>
    private sealed class Users : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.Use((HttpContext http, RequestDelegate rest) =>
            {
                if (http.Request.Headers["X-User"].ToString().Split('|') is [var kind, var issuer, var type, var value])
                {
                    http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(type, value, null, issuer)], kind));
                }

                return rest(http);
            });
            next(application);
        };
    }
}
