using System.Net;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Access;

/// <content>Signing in by a form, and out.</content>
public sealed partial class AccessTests
{
    [Fact]
    public async Task SignIn_ByAFormThatIsTooLongOrOfAnotherType_IsRefused()
    {
        // The limit is one of a real server.
        await using var host = await ExplorerHost.StartAsync(new MemoryEventStore(), options => options with { Tokens = () => _tokens }, listens: true);
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };
        using var large = new FormUrlEncodedContent([new("token", new string('x', 9_000))]);
        using var parts = new MultipartFormDataContent { { new StringContent(Writing), "token" } };

        (await client.PostAsync("/ledger/login", large)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await client.PostAsync("/ledger/login", parts)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cookie_OfSomeoneWhoSignsOut_IsTakenAway()
    {
        var cookie = await SignInAsync($"/ledger/login?token={Reading}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/logout") { Headers = { { "Cookie", cookie } } };
        using var answer = await _client.SendAsync(request);

        answer.Headers.GetValues("Set-Cookie").Single().ShouldStartWith($"{CookieName}=; expires=Thu, 01 Jan 1970");
        answer.Headers.Location!.OriginalString.ShouldBe("/ledger/login");
    }

    [Fact]
    public async Task SignIn_WhereNoTokenIsAskedFor_LeadsToTheRuns()
    {
        await using var open = await ExplorerHost.InMemoryAsync();

        using var answer = await open.CreateClient().GetAsync("/ledger/login?token=x");

        answer.Headers.Location!.OriginalString.ShouldBe("/ledger/");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }
}
