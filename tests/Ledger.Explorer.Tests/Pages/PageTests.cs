using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Events;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>The pages as a browser without scripts gets them.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });
        _client = _host.CreateClient();
        await SampleRun.WriteAsync(_host.Ledger);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("/ledger/", "kettle")]
    [InlineData("/ledger/?kind=all&order=name", "branch:kettle-strict")]
    [InlineData("/ledger/run?stream=run:kettle", "Timeline of positions 0 to 12 by kind")]
    [InlineData("/ledger/run?stream=run:kettle&lanes=actor", "Timeline of positions 0 to 12 by actor")]
    [InlineData("/ledger/run?stream=branch:kettle-strict", "what if we doubt?")]
    [InlineData("/ledger/run?stream=run:kettle&from=last", "responder.completed")]
    [InlineData("/ledger/run/usage?stream=run:kettle", "0.0125 USD")]
    [InlineData("/ledger/event?stream=run:kettle&position=5", "2 steps")]
    [InlineData("/ledger/branches?stream=run:kettle", "Compare A with B")]
    [InlineData("/ledger/world?stream=run:kettle&at=6", "Graph of 2 objects and 1 relation")]
    [InlineData("/ledger/world?stream=run:kettle&at=6&type=Claim", "The objects listed below and what they are related to")]
    [InlineData("/ledger/world?stream=run:kettle&at=0", "before the first event")]
    [InlineData("/ledger/world?stream=run:kettle&time=2000-01-01", "before the first event")]
    [InlineData("/ledger/object?stream=run:kettle&id=claim-1", "confirmed")]
    [InlineData("/ledger/merge", "Name a branch, and the run or branch of the same family")]
    [InlineData("/ledger/merge?target=run:kettle&source=branch:kettle-strict", "1 change to take over, 1 conflict.")]
    [InlineData("/ledger/merge?target=branch:kettle-strict&source=run:kettle", "by sceptic")]
    [InlineData("/ledger/run/chat?stream=run:kettle", "Water boils at 100 °C.")]
    [InlineData("/ledger/run/chat?stream=run:kettle&text=raw&from=2", "0.0125 USD")]
    [InlineData("/ledger/run/steps?stream=run:kettle", "judge")]
    [InlineData("/ledger/run/steps?stream=run:kettle&from=8", "No calls, tools, responders or tasks in positions 8 to 11")]
    [InlineData("/ledger/search", "what failed")]
    [InlineData("/ledger/search?tool=thermometer", "run:kettle")]
    [InlineData("/ledger/search?text=WATER%20BOILS&type=llm.*", "\"<mark>Water boils</mark> at")]
    [InlineData("/ledger/search?actor=nobody", "No event matches.")]
    [InlineData("/ledger/totals?by=model", "small")]
    [InlineData("/ledger/totals?by=label", "None of these runs has a label")]
    [InlineData("/ledger/compare", "Compare the chosen")]
    [InlineData("/ledger/compare", "what if we doubt?")]
    [InlineData("/ledger/compare?run=branch:kettle-strict&text=kettle&kind=runs", "run:kettle")]
    [InlineData("/ledger/compare?run=run:kettle&run=branch:kettle-strict", "They share 8 events by reference")]
    [InlineData("/ledger/compare?run=run:kettle&run=branch:kettle-strict", "object.patched at position 8 of A, object.patched at position 9 of B")]
    [InlineData("/ledger/compare?run=run:kettle&run=run:kettle&run=branch:kettle-strict&rows=all&from=2", "runs and branches side by side")]
    [InlineData("/ledger/change?stream=run:kettle&position=8", "There is no runner, so nothing runs on there by itself")]
    [InlineData("/ledger/event?stream=run:kettle&position=8", "/ledger/change?stream=run%3Akettle&position=8")]
    [InlineData("/ledger/change?stream=run:kettle&position=8", "Change on a branch")]
    [InlineData("/ledger/diff", "Name two runs or branches")]
    [InlineData("/ledger/diff?a=run:kettle&b=branch:kettle-strict", "Cost since they parted</dt><dd><strong>0.00 USD")]
    [InlineData("/ledger/diff?a=run:kettle&b=branch:kettle-strict", "With what they share</dt><dd>0.0125 USD")]
    [InlineData("/ledger/diff?a=run:kettle&b=branch:kettle-strict", "Events side by side")]
    [InlineData("/ledger/diff?a=run:kettle&b=branch:kettle-strict", "They share 8 events by reference")]
    public async Task Page_Shows(string path, string text)
    {
        using var answer = await _client.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        html.ShouldContain(text);
        html.ShouldStartWith("<!DOCTYPE html>");
    }

    [Theory]
    [InlineData("/ledger/run?stream=run:nobody", HttpStatusCode.NotFound, "There is no stream 'run:nobody'")]
    [InlineData("/ledger/run", HttpStatusCode.BadRequest, "The query lacks 'stream'")]
    [InlineData("/ledger/run?stream=run:kettle&from=x", HttpStatusCode.BadRequest, "'from' must be a whole number from 0, but was 'x'.")]
    [InlineData("/ledger/run?stream=run:kettle&from=13", HttpStatusCode.BadRequest, "'from' must be at most 12, the length of the run, but was 13.")]
    [InlineData("/ledger/run?stream=run:kettle&since=soon", HttpStatusCode.BadRequest, "'since' must be a time")]
    [InlineData("/ledger/event?stream=run:kettle&position=12", HttpStatusCode.NotFound, "'run:kettle' has 12 events, so there is none at position 12.")]
    [InlineData("/ledger/event?stream=run:kettle&id=unknown", HttpStatusCode.NotFound, "no event 'unknown'")]
    [InlineData("/ledger/object?stream=run:kettle&id=unknown", HttpStatusCode.NotFound, "never had an object 'unknown'")]
    [InlineData("/ledger/world?stream=run:kettle&at=99", HttpStatusCode.NotFound, "99")]
    [InlineData("/ledger/merge?target=run:kettle&source=run:kettle", HttpStatusCode.BadRequest, "'run:kettle' cannot be merged into itself.")]
    [InlineData("/ledger/unknown", HttpStatusCode.NotFound, "The explorer has no such page.")]
    public async Task Page_Refusal_SaysWhatToDo(string path, HttpStatusCode status, string text)
    {
        using var answer = await _client.GetAsync(path);

        answer.StatusCode.ShouldBe(status);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(text);
    }

    [Fact]
    public async Task Page_Headers_AreStrict()
    {
        using var answer = await _client.GetAsync("/ledger/");

        answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldBe(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldNotContain(" style=");
        html.ShouldNotContain("https://");
    }

    [Fact]
    public async Task Asset_NameWithItsHash_IsKeptForEver()
    {
        var html = await _client.GetStringAsync("/ledger/");
        foreach (Match asset in Asset().Matches(html))
        {
            using var answer = await _client.GetAsync(asset.Value);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        }

        Asset().Count(html).ShouldBe(5);
    }

    [Fact]
    public async Task Fork_FormOfThePage_MakesABranch()
    {
        var html = await _client.GetStringAsync("/ledger/run?stream=run:kettle");
        using var answer = await SendFormAsync(
            "/ledger/run?stream=run:kettle", "/ledger/fork", ("stream", "run:kettle"), ("at", "3"), ("id", "by-hand"));

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync());
        answer.Headers.Location!.ToString().ShouldBe("/ledger/run?stream=branch%3Aby-hand");
        html.ShouldContain("Fork run:kettle");
    }

    [Fact]
    public async Task Run_RenamedLabelledAndArchivedByForms_ShowsIt()
    {
        await _host.Ledger.GetRun("changed").AppendAsync([new KitLoaded("k")]);
        Task<HttpResponseMessage> SendAsync(params (string Name, string Value)[] values) =>
            SendFormAsync("/ledger/run?stream=run:kettle", "/ledger/run", [("stream", "run:changed"), .. values]);

        using var named = await SendAsync(("act", "rename"), ("title", "Kettles & co"));
        using var labelled = await SendAsync(("act", "label"), ("labels", "b, a,,b"));
        using var relabelled = await SendAsync(("act", "label"), ("labels", "c, a"));
        using var wrong = await SendAsync(("act", "label"), ("labels", new string('x', 101)));
        using var unknown = await SendAsync(("act", "delete"));
        named.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await named.Content.ReadAsStringAsync());
        relabelled.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        new[] { wrong, unknown }.Select(a => a.StatusCode).ShouldAllBe(s => s == HttpStatusCode.BadRequest);

        var html = await _client.GetStringAsync("/ledger/run?stream=run:changed");
        html.ShouldContain("Kettles &amp; co");
        html.ShouldContain("value=\"a, c\"");
        using var archived = await SendAsync(("act", "archive"));
        archived.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        html = await _client.GetStringAsync("/ledger/?label=c");
        html.ShouldContain(">archived<");
        html.ShouldContain("status-running");
    }

    [Fact]
    public async Task Run_FormsThatChangeIt_EachHaveOneButtonAndAKey()
    {
        var html = await _client.GetStringAsync("/ledger/run?stream=run:kettle");

        var forms = Form().Matches(html).Select(m => m.Value).Where(form => form.Contains("action=\"/ledger/run\"", StringComparison.Ordinal)).ToList();
        forms.Select(form => Act().Matches(form).Select(m => m.Groups["act"].Value)).ShouldBe([["rename"], ["label"], ["archive"]]);
        forms.ShouldAllBe(form => form.Contains("name=\"request\"", StringComparison.Ordinal));
        html.ShouldContain("<summary>Archive</summary>");
    }

    [Fact]
    public async Task Run_TitleOfItsQuestion_IsNotFilledInAsIfGiven()
    {
        var run = _host.Ledger.GetRun("asked");
        await run.AppendAsync([new UntypedEvent("llm.request", JsonElement.Parse("""{"messages": "Why did it break?"}"""))]);

        (await _client.GetStringAsync("/ledger/run?stream=run:asked")).ShouldContain("<input name=\"title\" maxlength=\"500\" placeholder=\"Why did it break?\" />");
        await run.RenameAsync("Kettles");
        (await _client.GetStringAsync("/ledger/run?stream=run:asked")).ShouldContain("<input name=\"title\" maxlength=\"500\" value=\"Kettles\"");
    }

    [Fact]
    public async Task Run_LabelsSet_LeavesThoseThatNoFormCanName()
    {
        var run = _host.Ledger.GetRun("labelled");
        await run.AppendAsync([new RunLabelled(["a,b", "c"])]);

        using var set = await SendFormAsync("/ledger/run?stream=run:kettle", "/ledger/run", ("stream", "run:labelled"), ("act", "label"), ("labels", "d"));

        set.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await run.GetSummaryAsync())!.Labels.ShouldBe(["a,b", "d"]);
    }

    private async Task<HttpResponseMessage> SendFormAsync(string path, string action, params (string Name, string Value)[] values)
    {
        using var page = await _client.GetAsync(path);
        var token = Token().Match(await page.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(values.Append((token.Groups["name"].Value, WebUtility.HtmlDecode(token.Groups["value"].Value)))
                .Select(v => KeyValuePair.Create(v.Item1, v.Item2))),
        };
        request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        return await _client.SendAsync(request);
    }

    [Fact]
    public async Task Fork_FormOfAnotherSite_IsRefused()
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["stream"] = "run:kettle", ["at"] = "3" });
        using var answer = await _client.PostAsync("/ledger/fork", content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Form expired");
    }

    [Fact]
    public async Task Run_WithoutEvents_SaysHowToBegin()
    {
        await _host.Ledger.StartRunAsync("empty");

        (await _client.GetStringAsync("/ledger/run?stream=run:empty")).ShouldContain("There are no events yet.");
        (await _client.GetStringAsync("/ledger/world?stream=run:empty")).ShouldContain("The world is empty at this position.");
    }

    [Fact]
    public async Task World_AfterAnEventThatCannotBeApplied_ShowsTheWorldAndTheEvent()
    {
        await _host.Ledger.GetRun("broken").AppendAsync([new ObjectCreated("a", "A"), new ObjectPatched("b"), new ObjectCreated("c", "C")]);

        var html = await _client.GetStringAsync("/ledger/world?stream=run:broken");

        html.ShouldContain(">a</a>");
        html.ShouldContain(">c</a>");
        html.ShouldContain("object.patched");
        using var world = JsonDocument.Parse(await _client.GetStringAsync("/ledger/api/v1/streams/run:broken/world"));
        world.RootElement.GetProperty("faults").EnumerateArray().Select(f => $"{f.GetProperty("position")} {f.GetProperty("reason")}").ShouldBe(["1 unknown_object"]);
        using var strict = await _client.GetAsync("/ledger/api/v1/streams/run:broken/world?faults=throw");
        strict.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task World_LongRun_IsTheSameAtEveryPosition()
    {
        var run = _host.Ledger.GetRun("long");
        await run.AppendAsync([.. Enumerable.Range(0, 5_200).Select(i => (object)new ObjectCreated($"o{i}", "T"))]);

        foreach (var at in new[] { 5_200, 1_500, 4_999, 5_000, 3_001, 0 })
        {
            using var answer = await _client.GetAsync($"/ledger/api/v1/streams/run:long/world?at={at}");
            (await answer.Content.ReadAsStringAsync()).ShouldBe((await run.GetWorldAsync(new Position(at))).ToString());
        }
    }

    [GeneratedRegex("<form method=\"post\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("""<button[^>]* name="act" value="(?<act>[^"]+)">""")]
    private static partial Regex Act();

    [GeneratedRegex("/ledger/assets/[a-z0-9.]+")]
    private static partial Regex Asset();

    [GeneratedRegex("""<input type="hidden" name="(?<name>__[^"]+)" value="(?<value>[^"]+)" """)]
    private static partial Regex Token();
}
