using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Ledger.Explorer.Access;
using Microsoft.AspNetCore.Routing;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Access;

/// <summary>Nothing is read without a token, and nothing is written with one that may only read: every address that is served, and every way around it.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly string Writing = ExplorerToken.Generate();
    private static readonly string Reading = ExplorerToken.Generate();

    // What opens without a token has nothing of the log.
    private static readonly string[] OpenPaths = ["/ledger/login", "/ledger/logout", "/ledger/assets/{name}"];

    private IReadOnlyList<ExplorerToken> _tokens =
        [new("ann", ExplorerRights.Write, ExplorerToken.HashOf(Writing)), new("ben", ExplorerRights.Read, ExplorerToken.HashOf(Reading))];

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed, Tokens = () => _tokens });
        _client = _host.CreateClient();
        await SampleRun.WriteAsync(_host.Ledger);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task EveryAddress_WithoutAKnownToken_IsRefusedOrAsksForOne()
    {
        var forged = new (string Name, string Value)[]
        {
            ("Accept", "*/*"),
            ("Authorization", "Bearer"),
            ("Authorization", "Bearer "),
            ("Authorization", $"Bearer {Reading[..^1]}"),
            ("Authorization", $"Bearer {Reading}x"),
            ("Authorization", $"Bearer {_tokens[0].Hash}"),
            ("Authorization", $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"ann:{Writing}"))}"),
            ("Authorization", Writing),
            ("Cookie", $"ledger-access={Writing}"),
            ("Cookie", $"ledger-access={Uri.EscapeDataString($"99999999999 {_tokens[0].Hash}")}"),
            ("X-Forwarded-For", "127.0.0.1"),
        };
        var faults = new List<string>();
        foreach (var (path, method) in Addresses())
        {
            foreach (var (name, value) in forged)
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.TryAddWithoutValidation(name, value);
                using var answer = await _client.SendAsync(request);
                var isAsked = answer.StatusCode == HttpStatusCode.SeeOther && answer.Headers.Location!.OriginalString.StartsWith("/ledger/login", StringComparison.Ordinal);
                var isApi = (path.Contains("/api/", StringComparison.Ordinal) && path != "/ledger/api/v1") || path.Contains("/seal/", StringComparison.Ordinal) || name == "Authorization";
                var isRefused = answer.StatusCode == HttpStatusCode.Unauthorized && answer.Headers.WwwAuthenticate.ToString() == "Bearer realm=\"ledger\"";
                if (isApi ? !isRefused : !isAsked)
                {
                    faults.Add($"{method} {path} {name} {value}: {(int)answer.StatusCode}");
                }
            }
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    [Fact]
    public async Task EveryPost_WithATokenThatMayOnlyRead_IsForbidden_AndLengthsStay()
    {
        var faults = new List<string>();
        foreach (var (path, method) in Addresses().Where(address => address.Method == HttpMethod.Post && address.Path is not ("/ledger/x" or "/ledger/api/x")))
        {
            foreach (var (token, status) in new[] { (Reading, HttpStatusCode.Forbidden), (Writing, (HttpStatusCode?)null) })
            {
                using var request = new HttpRequestMessage(method, path) { Content = new StringContent("{}", Encoding.UTF8, "text/plain"), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
                using var answer = await _client.SendAsync(request);
                if (status is null ? answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden : answer.StatusCode != status)
                {
                    faults.Add($"{path} {(token == Reading ? "reading" : "writing")}: {(int)answer.StatusCode}");
                }
            }
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
        (await _host.Ledger.GetRun("kettle").GetLengthAsync()).Value.ShouldBe(SampleRun.Length);
    }

    [Fact]
    public async Task BearerToken_OfAWriter_WritesInTheNameOfItsOwner()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/api/v1/streams/run:kettle/branches")
        {
            Content = new StringContent("""{"at": 1, "id": "of-ann"}""", Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("bearer", Writing) },
        };
        using var answer = await _client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await (await _host.Ledger.OpenAsync(StreamName.Branch("of-ann"))).ReadAllAsync())[1].Metadata.Actor.ShouldBe("ann");
    }

    [Fact]
    public async Task Token_TakenOutOfTheList_OpensNothingFromThenOn()
    {
        var cookie = await SignInAsync($"/ledger/login?token={Reading}");
        (await GetAsync("/ledger/", cookie)).StatusCode.ShouldBe(HttpStatusCode.OK);

        _tokens = [_tokens[0]];

        (await GetAsync("/ledger/", cookie)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("http", false)]
    [InlineData("https", true)]
    public async Task SignIn_ByAddress_SetsACookieAndLeadsToAnAddressWithoutTheToken(string scheme, bool isSecure)
    {
        using var answer = await _client.GetAsync($"{scheme}://localhost/ledger/login?token={Reading}&to=%2Fledger%2Frun%3Fstream%3Drun%253Akettle");

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.ShouldBe("/ledger/run?stream=run%3Akettle");
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldNotContain(Reading);
        cookie.ShouldNotContain(_tokens[1].Hash[10..]);
        cookie.Split("; ")[1..].ShouldBe(isSecure
            ? ["max-age=604800", "path=/ledger", "secure", "samesite=strict", "httponly"]
            : ["max-age=604800", "path=/ledger", "samesite=strict", "httponly"]);
        using var opened = await GetAsync("/ledger/run?stream=run%3Akettle", cookie.Split(';')[0]);
        var html = await opened.Content.ReadAsStringAsync();
        html.ShouldContain("ben");
        html.ShouldContain("read-only");
        html.ShouldNotContain("action=\"/ledger/fork\"");
    }

    [Fact]
    public async Task SignIn_ByForm_TakesTheTokenOrSaysThatItIsUnknown()
    {
        using var wrong = await PostAsync("/ledger/login", ("token", Reading + "x"), ("to", "/ledger/search"));
        using var right = await PostAsync("/ledger/login", ("token", $" {Writing}\n"), ("to", "/ledger/search"));

        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var html = await wrong.Content.ReadAsStringAsync();
        html.ShouldContain("This token is not known here.");
        html.ShouldContain("value=\"/ledger/search\"");
        html.ShouldNotContain(Reading);
        right.Headers.Location!.OriginalString.ShouldBe("/ledger/search");
        (await GetAsync("/ledger/run?stream=run:kettle", right.Headers.GetValues("Set-Cookie").Single().Split(';')[0])).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/ledger\\..\\..\\\\evil.example")]
    [InlineData("/ledgers/")]
    [InlineData("/ledger/\r\nSet-Cookie: x=y")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/ledger/é")]
    public async Task SignIn_ToAnAddressElsewhere_LeadsToTheRuns(string to)
    {
        using var answer = await PostAsync("/ledger/login", ("token", Reading), ("to", to));

        answer.Headers.Location!.OriginalString.ShouldBe("/ledger/");
    }

    [Fact]
    public async Task SignIn_FromAnotherSite_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/login")
        {
            Content = new FormUrlEncodedContent([new("token", Reading)]),
            Headers = { { "Origin", "https://evil.example" } },
        };
        using var answer = await _client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Cookie_OfSomeoneWhoSignsOut_IsTakenAway()
    {
        var cookie = await SignInAsync($"/ledger/login?token={Reading}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/logout") { Headers = { { "Cookie", cookie } } };
        using var answer = await _client.SendAsync(request);

        answer.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("ledger-access=; expires=Thu, 01 Jan 1970");
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

    /// <summary>Every address and method that is mapped, with something in place of its parameters.</summary>
    private IEnumerable<(string Path, HttpMethod Method)> Addresses()
    {
        foreach (var endpoint in _host.Endpoints)
        {
            var pattern = endpoint.RoutePattern.RawText!;
            if (OpenPaths.Contains(pattern))
            {
                continue;
            }

            var path = string.Join('/', pattern.Split('/').Select(part => part.StartsWith('{') ? part.Contains("stream", StringComparison.Ordinal) ? "run:kettle" : "x" : part));
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST", "PUT", "DELETE", "OPTIONS"];
            foreach (var method in methods)
            {
                yield return (path, new HttpMethod(method));
            }
        }
    }

    private async Task<string> SignInAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", cookie } } };
        return await _client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await _client.PostAsync(path, content);
    }
}
