using System.Net;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>Requests that are sent again with the same key, to the same server and to another one.</content>
public abstract partial class ApiTests
{
    [Theory]
    [InlineData("/runs", "{}")]
    [InlineData("/runs", """{"id": "named"}""")]
    [InlineData("/streams/run:kettle/branches", """{"at": 3}""")]
    [InlineData("/streams/run:kettle/branches", """{"at": 3, "id": "named"}""")]
    [InlineData("/streams/run:kettle/events", """{"events": [{"type": "kit.loaded", "data": {"kit": "a"}}, {"type": "kit.loaded", "data": {"kit": "a"}}]}""")]
    [InlineData("/streams/branch:kettle-strict/merges", """{"source": "run:kettle", "take": "theirs"}""")]
    [InlineData("/streams/branch:kettle-strict/rebases", """{"onto": "run:kettle"}""")]
    [InlineData("/sessions/kettle/again/entries", """{"entries": [{"entry": {"a": 1}}, {"entry": {"a": 1}}]}""")]
    public async Task Post_WithAKey_SentAgain_WritesOnceAndGetsTheSameAnswer(string path, string body)
    {
        using var first = await PostWithKeyAsync(_client, path, body, "k-1");
        var text = await first.Content.ReadAsStringAsync();
        first.IsSuccessStatusCode.ShouldBeTrue(text);
        var written = await CountAsync();

        using var second = await PostWithKeyAsync(_client, path, body, "k-1");

        (await second.Content.ReadAsStringAsync()).ShouldBe(text);
        (second.StatusCode, second.Headers.Location).ShouldBe((first.StatusCode, first.Headers.Location));
        (await CountAsync()).ShouldBe(written);
    }

    [Theory]
    [InlineData("/runs", "{}")]
    [InlineData("/streams/run:kettle/branches", """{"at": 3}""")]
    [InlineData("/streams/run:kettle/branches", """{"at": 3, "id": "named", "name": "a label"}""")]
    [InlineData("/streams/run:kettle/events", """{"events": [{"type": "kit.loaded", "data": {"kit": "a"}}, {"type": "kit.loaded", "data": {"kit": "a"}}]}""")]
    [InlineData("/streams/run:kettle/events", """{"events": [{"type": "object.created", "data": {"id": "new", "type": "Claim"}}], "expected_length": 12}""")]
    [InlineData("/streams/branch:kettle-strict/rebases", """{"onto": "run:kettle"}""")]
    [InlineData("/streams/branch:kettle-strict/rebases", """{"onto": "run:kettle", "id": "named", "name": "a label", "mode": "squash", "at": 10}""")]
    [InlineData("/streams/run:kettle/title", """{"title": "Kettles"}""")]
    [InlineData("/streams/run:kettle/labels", """{"add": ["a", "b"], "remove": ["c"]}""")]
    [InlineData("/sessions/kettle/again/entries", """{"entries": [{"entry": {"a": 1}}, {"entry": {"a": 1}}]}""")]
    public async Task Post_WithAKey_SentToAnotherServer_CreatesNothingMore(string path, string body)
    {
        await using var other = await ExplorerHost.StartAsync(_host.Ledger.Store, options => options with { Writing = ExplorerWriting.Allowed });
        using var first = await PostWithKeyAsync(_client, path, body, "k-2");
        var written = await CountAsync();

        using var second = await PostWithKeyAsync(other.CreateClient(), path, body, "k-2");

        second.IsSuccessStatusCode.ShouldBeTrue(await second.Content.ReadAsStringAsync());
        second.Headers.Location.ShouldBe(first.Headers.Location);
        (await CountAsync()).ShouldBe(written);
    }

    [Fact]
    public async Task Rebase_SentToAnotherServer_IsToldWhatTheFirstMade_AndNeverAnother()
    {
        const string Path = "/streams/branch:kettle-strict/rebases";
        const string Body = """{"onto": "run:kettle", "id": "named"}""";
        await using var second = await ExplorerHost.StartAsync(_host.Ledger.Store, options => options with { Writing = ExplorerWriting.Allowed });
        await using var third = await ExplorerHost.StartAsync(_host.Ledger.Store, options => options with { Writing = ExplorerWriting.Allowed });
        using var made = await PostWithKeyAsync(_client, Path, Body, "k-5");

        using var same = await PostWithKeyAsync(second.CreateClient(), Path, Body, "k-5");
        using var other = await PostWithKeyAsync(second.CreateClient(), Path, """{"onto": "run:kettle", "id": "named", "name": "another"}""", "k-6");
        using var plainFork = await PostWithKeyAsync(second.CreateClient(), Path, """{"onto": "run:kettle", "id": "kettle-strict", "name": "what if we doubt?"}""", "k-7");
        await _host.Ledger.GetRun("kettle").AppendAsync([new KitLoaded("later")]);
        using var later = await PostWithKeyAsync(third.CreateClient(), Path, Body, "k-5");

        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        same.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await made.Content.ReadAsStringAsync();
        (await same.Content.ReadAsStringAsync()).ShouldBe(text);
        (other.StatusCode, plainFork.StatusCode).ShouldBe((HttpStatusCode.Conflict, HttpStatusCode.Conflict));
        later.StatusCode.ShouldBe(HttpStatusCode.OK);
        var (first, last) = (JsonDocument.Parse(text).RootElement, JsonDocument.Parse(await later.Content.ReadAsStringAsync()).RootElement);
        foreach (var member in new[] { "source", "source_length", "onto", "onto_length", "base", "branch", "event_id", "length" })
        {
            last.GetProperty(member).ToString().ShouldBe(first.GetProperty(member).ToString(), member);
        }

        last.GetProperty("carried").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Post_TwiceAtOnce_MakesOneBranch()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostWithKeyAsync(_client, "/streams/run:kettle/branches", """{"at": 3}""", "k-3")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Select(answer => answer.Headers.Location).Distinct().Count().ShouldBe(1);
        (await GetAsync($"{Base}/branches")).GetProperty("branches").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Post_KeyOfAnotherRequest_IsRefused_AndARefusalIsNotKept()
    {
        (await PostWithKeyAsync(_client, "/streams/run:kettle/branches", """{"at": 99}""", "k-4")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await PostWithKeyAsync(_client, "/streams/run:kettle/branches", """{"at": 3}""", "k-4")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await PostWithKeyAsync(_client, "/streams/run:kettle/branches", """{"at": 4}""", "k-4")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await PostWithKeyAsync(_client, "/runs", "{}", "k-4")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await PostWithKeyAsync(_client, "/runs", "{}", new string('k', 201))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("http://localhost", null, HttpStatusCode.Created)]
    [InlineData("https://localhost", null, HttpStatusCode.Created)]
    [InlineData("http://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:81", null, HttpStatusCode.Forbidden)]
    [InlineData("http://localhost.evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("null", null, HttpStatusCode.Forbidden)]
    [InlineData("https://ledger.example", "same-origin", HttpStatusCode.Created)]
    [InlineData("http://localhost", "cross-site", HttpStatusCode.Forbidden)]
    public async Task Post_Origin_IsLookedAt(string origin, string? site, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Base}/runs") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", origin);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var answer = await _client.SendAsync(request);

        answer.StatusCode.ShouldBe(status);
    }

    private async Task<long> CountAsync()
    {
        var lines = await _client.GetStringAsync($"{Base}/log?limit=10000");
        return lines.Count(c => c == '\n') + JsonDocument.Parse(await _client.GetStringAsync($"{Base}/runs?kind=all&limit=1000")).RootElement.GetProperty("runs").GetArrayLength();
    }

    private static async Task<HttpResponseMessage> PostWithKeyAsync(HttpClient client, string path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Base + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }
}
