using System.Net;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Writing;

/// <summary>Which pages may send requests that write.</summary>
public sealed class OriginsTests
{
    [Theory]
    [InlineData("http://ledger.example:8080", null, HttpStatusCode.Created)]
    [InlineData("http://LEDGER.example:8080", null, HttpStatusCode.Created)]
    [InlineData("https://second.example", null, HttpStatusCode.Created)]
    [InlineData("http://ledger.example", null, HttpStatusCode.Forbidden)]
    [InlineData("https://ledger.example:8080", null, HttpStatusCode.Forbidden)]
    [InlineData("http://ledger.example.evil:8080", null, HttpStatusCode.Forbidden)]
    [InlineData("http://ledger.example:8080", "cross-site", HttpStatusCode.Forbidden)]
    public async Task Origin_ThatTheApplicationNames_IsItsOwn(string origin, string? site, HttpStatusCode status)
    {
        await using var host = await ExplorerHost.InMemoryAsync(options =>
            options with { Writing = ExplorerWriting.Allowed, AllowedOrigins = ["http://ledger.example:8080", "https://second.example:443/"] });

        using var answer = await PostAsync(host, origin, site);

        answer.StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task Origin_Refused_IsToldBothHostsAndWhatToDo()
    {
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });

        using var answer = await PostAsync(host, "http://ledger.example", null);

        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString().ShouldBe(
            "Another site sent this request: it comes from 'http://ledger.example', and asks 'localhost'. Nothing was written. "
            + "If both are this site, and a proxy changes the host, the application must call UseForwardedHeaders, or name the first in AllowedOrigins.");
    }

    [Theory]
    [InlineData("ledger.example")]
    [InlineData("ftp://ledger.example")]
    [InlineData("http://ledger.example/path")]
    [InlineData("http://user@ledger.example")]
    [InlineData("*")]
    [InlineData("")]
    public async Task AllowedOrigins_WithOneThatIsNone_IsRefused(string origin)
    {
        var fault = await Should.ThrowAsync<ArgumentException>(() => ExplorerHost.InMemoryAsync(options => options with { AllowedOrigins = [origin] }));

        fault.Message.ShouldBe(
            $"'{origin}' in AllowedOrigins is not an origin: it must be http or https, a host and perhaps a port, such as 'http://ledger.example:8080'.");
    }

    private static async Task<HttpResponseMessage> PostAsync(ExplorerHost host, string origin, string? site)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/api/v1/runs") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", origin);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        return await host.CreateClient().SendAsync(request);
    }
}
