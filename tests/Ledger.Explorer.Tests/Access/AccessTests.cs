using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ledger.Explorer.Access;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Access;

/// <summary>Nothing is read without a token, and nothing is written with one that may only read: every address that is served, and every way around it.</summary>
public sealed partial class AccessTests : IAsyncLifetime
{
    private static readonly string Writing = ExplorerToken.Generate();
    private static readonly string Reading = ExplorerToken.Generate();

    // Of the host localhost without a port, and the path /ledger.
    private static readonly string CookieName = $"ledger-access-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("/ledger"u8))[..8]}";

    // What opens without a token has nothing of the log.
    private static readonly string[] OpenPaths = ["/ledger/login", "/ledger/logout", "/ledger/assets/{name}", "/ledger/health/live", "/ledger/health/ready"];

    private IReadOnlyList<ExplorerToken> _tokens =
        [new("ann", ExplorerRights.Write, ExplorerToken.HashOf(Writing)), new("ben", ExplorerRights.Read, ExplorerToken.HashOf(Reading))];

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed, Masking = ExplorerMasking.Allowed, Tokens = () => _tokens });
        _client = _host.CreateClient();
        await SampleRun.WriteAsync(_host.Ledger);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Masks_OnlyWithTheRight_AndByTheOwnerOfTheToken()
    {
        var masking = ExplorerToken.Generate();
        _tokens = [.. _tokens, new("dpo", ExplorerRights.Mask, ExplorerToken.HashOf(masking))];
        async Task<(HttpStatusCode Status, string Text)> MaskAsync(string token, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/api/v1/masks") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await _client.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        const string Claim = """{"stream": "run:kettle", "type": "object.created", "paths": ["$.data.text"], "reason": "request 17", "by": "somebody else"}""";
        foreach (var token in new[] { Reading, Writing })
        {
            (await MaskAsync(token, Claim)).Status.ShouldBe(HttpStatusCode.Forbidden);
        }

        (await _host.Ledger.Store.GetStreamAsync(new StreamName("masked:run:kettle"))).ShouldBeNull();
        foreach (var wrong in new[] { "{}", """{"stream": "run:kettle"}""", """{"events": ["x"], "reason": "r"}""", """{"subject": "jane", "reason": "r"}""", """{"stream": "run:kettle", "paths": ["text"], "reason": "r"}""" })
        {
            (await MaskAsync(masking, wrong)).Status.ShouldBe(HttpStatusCode.BadRequest, wrong);
        }

        var (status, text) = await MaskAsync(masking, Claim);
        status.ShouldBe(HttpStatusCode.OK, text);
        JsonElement.Parse(text).GetProperty("masked_count").GetInt64().ShouldBeGreaterThan(0);
        (await _host.Ledger.Store.ReadForwardAsync(new StreamName("masked:run:kettle")).FirstAsync()).Data.ShouldBeOfType<EventMasked>().By.ShouldBe("dpo");
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
            ("Cookie", $"{CookieName}={Writing}"),
            ("Cookie", $"{CookieName}={Uri.EscapeDataString($"99999999999 {_tokens[0].Hash}")}"),
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
                var isApi = (path.Contains("/api/", StringComparison.Ordinal) && path != "/ledger/api/v1") || path.Contains("/seal/", StringComparison.Ordinal) || value.StartsWith("Bearer", StringComparison.Ordinal);
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
            foreach (var (token, status) in new[] { (Reading, HttpStatusCode.Forbidden), (Writing, path.EndsWith("/masks", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : (HttpStatusCode?)null) })
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
    public async Task SignIn_ByAddress_SetsACookieAndGoesOnToAnAddressWithoutTheToken(string scheme, bool isSecure)
    {
        using var answer = await _client.GetAsync($"{scheme}://localhost/ledger/login?token={Reading}&to=%2Fledger%2Frun%3Fstream%3Drun%253Akettle");

        // Not a redirect: after one, a browser that came from elsewhere would not send the cookie.
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("<meta http-equiv=\"refresh\" content=\"0; url=/ledger/run?stream=run%3Akettle\"");
        page.ShouldContain("Signed in as <b>ben</b>");
        page.ShouldNotContain(Reading);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldStartWith($"{CookieName}=");
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
    public async Task SignIn_ByALinkOfAnotherSite_OrOverAnotherToken_AsksFirst()
    {
        var reader = await SignInAsync($"/ledger/login?token={Reading}");
        foreach (var (name, value, isAsked) in new[] { ("Sec-Fetch-Site", "cross-site", true), ("Sec-Fetch-Site", "same-site", true), ("Cookie", reader, true), ("Sec-Fetch-Site", "none", false), ("Cookie", "other=1", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/ledger/login?token={Writing}") { Headers = { { name, value } } };
            using var answer = await _client.SendAsync(request);
            var html = await answer.Content.ReadAsStringAsync();

            answer.Headers.Contains("Set-Cookie").ShouldBe(!isAsked, $"{name} {value}");
            html.Contains("http-equiv=\"refresh\"", StringComparison.Ordinal).ShouldBe(!isAsked);
            html.Contains($"value=\"{Writing}\"", StringComparison.Ordinal).ShouldBe(isAsked);
            html.Contains("signs you in as <b>ann</b>", StringComparison.Ordinal).ShouldBe(isAsked);
            html.Contains("instead of ben", StringComparison.Ordinal).ShouldBe(value == reader);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Cookie_WithWhatAProxySends_SignsInStill_ButNotWithAWrongBearerToken()
    {
        var cookie = await SignInAsync($"/ledger/login?token={Reading}");
        foreach (var (sent, status) in new[] { ("Basic YTpi", HttpStatusCode.OK), ("Bearer wrong", HttpStatusCode.Unauthorized) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/ledger/api/v1/runs") { Headers = { { "Cookie", cookie } } };
            request.Headers.TryAddWithoutValidation("Authorization", sent);
            using var answer = await _client.SendAsync(request);
            answer.StatusCode.ShouldBe(status, sent);
        }
    }

    [Fact]
    public async Task LiveUpdates_OfATokenThatIsWithdrawn_EndBeforeTheNextOne()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ledger/api/v1/streams/run:kettle/events")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Reading), Accept = { new("text/event-stream") } },
        };
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        _tokens = [_tokens[0]];
        await _host.Ledger.GetRun("kettle").AppendAsync([new KitLoaded("of the owner alone")]);

        (await answer.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromMinutes(2))).ShouldNotContain("of the owner alone");
    }

    [Fact]
    public async Task Tokens_ThatCannotBeRead_LetNoRequestIn_AndAreNoBug()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "ann write lgr_secret\n");
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Tokens = new ExplorerTokenFile(path).Read });
        var client = host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Writing);
        foreach (var address in new[] { "/ledger/api/v1/runs", "/ledger/", $"/ledger/login?token={Writing}" })
        {
            using var answer = await client.GetAsync(address);
            var text = await answer.Content.ReadAsStringAsync();

            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            text.ShouldContain("The tokens cannot be read");
            text.ShouldNotContain(path);
            File.Delete(path);
        }

        (await client.GetAsync($"/ledger/assets/{AssetFiles.Style}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Errors.Count.ShouldBe(3);
        host.Errors.First().ShouldContain($"Line 1 of '{path}' is not a token");
    }

    [Fact]
    public async Task Explorers_OfOneApplication_HaveCookiesOfTheirOwn()
    {
        Func<LedgerExplorerOptions, LedgerExplorerOptions> guard = options => options with { Tokens = () => _tokens };
        await using var host = await ExplorerHost.StartAsync(
            new MemoryEventStore(),
            guard,
            builder => builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider(),
            (application, _) => application.MapLedgerExplorer("/ledger/inner", guard));
        var client = host.CreateClient();
        using var signedIn = await client.GetAsync($"/ledger/login?token={Reading}");
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var other = await client.GetAsync($"/ledger/inner/login?token={Writing}");
        var inner = other.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        inner.Split('=')[0].ShouldNotBe(cookie.Split('=')[0]);
        foreach (var (path, sent, status) in new[]
        {
            ("/ledger/", $"{inner}; {cookie}", HttpStatusCode.OK),
            ("/ledger/inner/", $"{inner}; {cookie}", HttpStatusCode.OK),
            ("/ledger/inner/", $"{inner.Split('=')[0]}={cookie.Split('=')[1]}", HttpStatusCode.SeeOther),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", sent } } };
            using var answer = await client.SendAsync(request);
            answer.StatusCode.ShouldBe(status, path);
        }
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
