using System.Net;
using System.Net.Http.Headers;
using Ledger.Cli.Explorer;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Explorer;

/// <summary>Who may open <c>ledger serve</c>.</summary>
public sealed partial class ServeTests
{
    [Fact]
    public async Task Serve_BeyondThisMachine_AsksForATokenThatItPrints_AndLogsNone()
    {
        await database.StartAsync("guarded", 2);
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output }).RunAsync(["serve", "--port", "0", "--listen", "0.0.0.0", "--allow-writing", "--host", "ledger.example"], stop.Token);
        var printed = await output.TextAsync("Ctrl-C");
        var addresses = Address().Matches(printed).Select(match => new Uri(match.Value)).ToList();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{addresses[0].Port}") };

        addresses.Count.ShouldBe(2);
        (await client.GetAsync("/run?stream=run:guarded")).Headers.Location!.OriginalString.ShouldBe("/login?to=%2Frun%3Fstream%3Drun%3Aguarded");
        (await client.GetAsync("/api/v1/runs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var tokens = addresses.Select(address => address.Query["?token=".Length..]).ToList();
        foreach (var (token, status) in tokens.Zip([HttpStatusCode.Created, HttpStatusCode.Forbidden]))
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            (await client.GetStringAsync("/api/v1/streams/run:guarded")).ShouldContain("guarded");
            using var body = new StringContent("{\"at\": 1}", null, "application/json");
            (await client.PostAsync("/api/v1/streams/run:guarded/branches", body)).StatusCode.ShouldBe(status);
        }

        foreach (var (host, status) in new[] { ("evil.example", HttpStatusCode.BadRequest), ("ledger.example:80", HttpStatusCode.OK), ("192.0.2.7", HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = host } };
            (await client.SendAsync(request)).StatusCode.ShouldBe(status, host);
        }

        (await client.GetAsync($"/nothing?token={tokens[0]}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await stop.CancelAsync();
        var result = await serving;
        result.Error.ShouldBe("ledger: tokens and pages are sent unencrypted; on a network that others can read, put a proxy with TLS in front.\n");
    }

    [Fact]
    public async Task Serve_TokensOfAFile_AreAskedForOnLoopbackToo_AndTakenAwayWithoutARestart()
    {
        var file = Path.Combine(Path.GetTempPath(), $"tokens-{Guid.NewGuid():N}.txt");
        try
        {
            var ann = (await database.Cli.JsonAsync("token", "create", "ann", "--write", "--file", file)).GetProperty("token").GetString()!;
            var ben = (await database.Cli.JsonAsync("token", "create", "ben", "--file", file)).GetProperty("token").GetString()!;
            var lines = await File.ReadAllTextAsync(file);
            lines.ShouldNotContain(ann[10..]);
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            using var output = new WatchedStream();
            using var stop = new CancellationTokenSource();
            var serving = (database.Cli with { Output = output }).RunAsync(["serve", "--port", "0", "--tokens", file], stop.Token);
            var printed = await output.TextAsync("Ctrl-C");
            printed.ShouldNotContain("token=");
            using var client = new HttpClient { BaseAddress = new Uri(Address().Match(printed).Value) };

            (await StatusAsync(client, null)).ShouldBe(HttpStatusCode.Unauthorized);
            (await StatusAsync(client, ann)).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(client, ben)).ShouldBe(HttpStatusCode.OK);
            await File.WriteAllLinesAsync(file, lines.Split('\n').Where(line => !line.StartsWith("ben ", StringComparison.Ordinal)));
            (await StatusAsync(client, ben)).ShouldBe(HttpStatusCode.Unauthorized);
            (await StatusAsync(client, ann)).ShouldBe(HttpStatusCode.OK);

            await stop.CancelAsync();
            (await serving).ExitCode.ShouldBe(0);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Serve_TokenOfTheEnvironment_IsAskedFor_AndAShortOneIsRefused()
    {
        (await (database.Cli with { Environment = new Dictionary<string, string> { ["LEDGER_TOKEN"] = "short" } }).RunAsync("serve")).ShouldBeRefused(
            1, "LEDGER_TOKEN is not a token: it must have at least 24 printable characters without spaces. 'ledger token create' makes one.");
        (await (database.Cli with { Environment = new Dictionary<string, string> { ["LEDGER_TOKEN"] = "a-token-of-the-environment" } }).RunAsync("serve", "--tokens", "")).ShouldBeRefused(
            2, "--tokens must name a file, but was ''.");
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        const string Token = "a-token-of-the-environment";
        var serving = (database.Cli with { Output = output, Environment = new Dictionary<string, string> { ["LEDGER_TOKEN"] = Token } }).RunAsync(["serve", "--port", "0"], stop.Token);
        using var client = new HttpClient { BaseAddress = new Uri(Address().Match(await output.TextAsync("Ctrl-C")).Value) };

        (await StatusAsync(client, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, Token)).ShouldBe(HttpStatusCode.OK);

        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "LOCALHOST.", true)]
    [InlineData("127.0.0.1", "[::1]", true)]
    [InlineData("127.0.0.1", "named.example", true)]
    [InlineData("127.0.0.1", "192.0.2.7", false)]
    [InlineData("127.0.0.1", "127.0.0.1.evil.example", false)]
    [InlineData("127.0.0.1", "localhost.evil.example", false)]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("0.0.0.0", "192.0.2.7", true)]
    [InlineData("0.0.0.0", "[2001:db8::7]", true)]
    [InlineData("0.0.0.0", "3221225991", false)]
    [InlineData("0.0.0.0", "evil.example", false)]
    [InlineData("0.0.0.0", "", false)]
    public void Hosts_AreKnownByNameOrNumber(string listensTo, string host, bool isKnown) =>
        new KnownHosts(IPAddress.Parse(listensTo), ["named.example"]).Knows(host).ShouldBe(isKnown);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
