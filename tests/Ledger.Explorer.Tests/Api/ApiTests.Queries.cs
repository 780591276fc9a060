using System.Net;
using System.Text;
using System.Text.Json;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>Parameters and ids that no address has, and ids that every address shows.</content>
public abstract partial class ApiTests
{
    [Theory]
    [InlineData(Base + "/runs?lmit=2", "'lmit' is not a parameter of this address, which has: text, kind, state, since, until, status, label, model, min_cost, max_cost, min_duration, max_duration, min_tokens, max_tokens, order, after, skip, limit.")]
    [InlineData(Base + "/log?text=boil", "'text' is not a parameter of this address, which has: after, prefix, type, since, limit.")]
    [InlineData(Base + "/migrations?x=1", "This address has no parameters, but the query has 'x'.")]
    [InlineData(Base + "/openapi.json?x=1", "This address has no parameters")]
    [InlineData("/ledger/?x=1", "'x' is not a parameter of this address")]
    [InlineData("/ledger/record?project=kettle&id=a&time=2026-01-01", "'time' is not a parameter of this address, which has: project, id, at.")]
    public async Task Parameter_Unknown_IsRefusedWithThoseThatThereAre(string path, string text)
    {
        using var answer = await _client.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).Replace("\\u0027", "'").ShouldContain(text);
    }

    [Theory]
    [InlineData("/runs", """{"id": ""}""")]
    [InlineData("/runs", """{"id": " "}""")]
    [InlineData("/streams/run:kettle/branches", """{"at": 1, "id": ""}""")]
    [InlineData("/streams/run:kettle/branches", """{"at": 1, "id": " "}""")]
    [InlineData("/streams/run:%20/events", """{"events": [{"type": "kit.loaded"}]}""")]
    [InlineData("/streams/run:kettle/rebases", """{"onto": "run:kettle", "id": " "}""")]
    public async Task Id_Invisible_IsRefused(string path, string body)
    {
        using var answer = await _client.PostAsync(Base + path, new StringContent(body, Encoding.UTF8, "application/json"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await answer.Content.ReadAsStringAsync());
        _host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Event_ById_IsFoundByEveryIdThatAnswersShow()
    {
        await _host.Ledger.GetRun("other").AppendAsync([new NewEvent(new KitLoaded("a"), new EventMetadata { ForeignId = "here alone" })]);
        await _host.Ledger.GetRun("other").AppendAsync([new NewEvent(new KitLoaded("b"), new EventMetadata { ForeignId = "0191a6f0-0000-7000-8000-000000000001" })]);
        foreach (var run in new[] { "one", "two" })
        {
            await _host.Ledger.GetRun(run).AppendAsync([new NewEvent(new KitLoaded("c"), new EventMetadata { ForeignId = "in both" })]);
        }

        var page = await GetAsync($"{Streams}/run:other/events");
        foreach (var shown in page.GetProperty("events").EnumerateArray())
        {
            foreach (var name in new[] { "id", "event_id" })
            {
                var found = await GetAsync($"{Base}/events/{Uri.EscapeDataString(shown.GetProperty(name).GetString()!)}");
                found.GetProperty("event_id").GetString().ShouldBe(shown.GetProperty("event_id").GetString());
            }
        }

        using var several = await _client.GetAsync($"{Base}/events/in%20both");
        several.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var detail = JsonDocument.Parse(await several.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString()!;
        detail.ShouldStartWith("2 streams have an event 'in both': ");
        detail.ShouldContain("run:one");
        using var none = await _client.GetAsync($"{Base}/events/nowhere");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
