using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

public sealed partial class PageTests
{
    private const string MergePage = "/ledger/merge?target=run:kettle&source=branch:kettle-strict";
    private const string Key = """["object","claim-1","/data/status","set"]""";

    [Fact]
    public async Task Merge_Conflict_ShowsWhoSetItByWhichEvent()
    {
        var html = WebUtility.HtmlDecode(await _client.GetStringAsync(MergePage));

        html.ShouldContain("by judge");
        html.ShouldContain("by sceptic");
        html.ShouldContain($"value=\"{Key}\"");
        html.ShouldContain("/ledger/event?stream=branch%3Akettle-strict&id=");
    }

    [Fact]
    public async Task Merge_FormOfThePage_MergesAsDecided()
    {
        using var open = await SendMergeAsync(("length", "12"), ("at", "11"), ("key-0", Key));
        using var merged = await SendMergeAsync(("length", "12"), ("at", "11"), ("key-0", Key), ("take-0", "theirs"));
        using var stale = await SendMergeAsync(("length", "12"), ("at", "11"), ("key-0", Key), ("take-0", "ours"));

        open.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await open.Content.ReadAsStringAsync()).ShouldContain("Nothing was written: 1 conflict is open.");
        merged.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await merged.Content.ReadAsStringAsync());
        var run = await _host.Ledger.OpenAsync(SampleRun.Run);
        var last = (await run.ReadAllAsync())[^1];
        (last.Type, last.Metadata.Source).ShouldBe(("branch.merged", "ledger-explorer"));
        merged.Headers.Location!.ToString().ShouldBe($"/ledger/event?stream=run%3Akettle&id={last.Id}");
        (await run.FindObjectAsync("claim-1"))!.Data["status"].GetString().ShouldBe("refuted");
        stale.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await _client.GetStringAsync(MergePage)).ShouldContain("Nothing to merge");
        const string Edge = "branch.merged: branch:kettle-strict after 11 into run:kettle at position 14";
        (await _client.GetStringAsync("/ledger/branches?stream=run:kettle")).ShouldContain(Edge);
        foreach (var (stream, kind) in new[] { ("run:kettle", "join in"), ("branch:kettle-strict", "join out") })
        {
            var page = WebUtility.HtmlDecode(await _client.GetStringAsync($"/ledger/run?stream={stream}"));
            page.ShouldContain(Edge);
            page.ShouldContain($"<a href=\"/ledger/event?stream=run%3Akettle&id={last.Id}\"><g class=\"{kind} lane-0\">");
        }
    }

    [Fact]
    public async Task Merge_ValueThatCannotBeAbsent_OffersNoNeither()
    {
        var run = _host.Ledger.GetRun("types");
        await run.AppendAsync([
            new ObjectCreated("a", "T"), new ObjectCreated("b", "T"), new ObjectCreated("c", "T"), new RelationCreated("r", "T", "a", "a"),
            new ObjectCreated("p", "T", new JsonObject { ["x"] = 1 }), new ObjectCreated("gone", "T")]);
        var branch = await run.ForkAsync(new ForkOptions { Id = "types-again" });
        await run.AppendAsync([
            new RelationRemoved("r"), new RelationCreated("r", "U", "a", "b"), new ObjectPatched("p", new JsonObject { ["x"] = 2 }), new ObjectRemoved("gone")]);
        await branch.AppendAsync([
            new RelationRemoved("r"), new RelationCreated("r", "V", "a", "c"), new ObjectPatched("p", new JsonObject { ["x"] = 3 }),
            new ObjectPatched("gone", new JsonObject { ["x"] = 1 })]);

        var html = WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/merge?target=run:types&source=branch:types-again"));

        var rows = Regex.Matches(html, """value="\[("(?:object|relation)"[^\]]*)\]"(?:(?!</td>).)*""", RegexOptions.Singleline);
        rows.Select(m => (m.Groups[1].Value.Replace("\"", "", StringComparison.Ordinal), m.Value.Contains("neither", StringComparison.Ordinal))).ShouldBe(
        [
            ("object,gone,,removed", true),
            ("object,p,/data/x,set", true),
            ("relation,r,/target_id,set", false),
            ("relation,r,/type,retyped", false),
        ]);
    }

    [Theory]
    [InlineData("key-0", "[\"object\"]")]
    [InlineData("key-0", "{")]
    [InlineData("key-0", "[null,null,null,null]")]
    [InlineData("length", "-1")]
    [InlineData("rest", "mine")]
    [InlineData("take-0", "set")]
    [InlineData("source", "run:other")]
    public async Task Merge_FormThatIsNone_IsRefused(string name, string value)
    {
        await _host.Ledger.GetRun("other").AppendAsync([new ObjectCreated("a", "T")]);
        (string Name, string Value)[] form = [("length", "12"), ("at", "1"), ("key-0", Key), ("take-0", "ours"), ("source", "branch:kettle-strict")];
        using var refused = await SendFormAsync(MergePage, "/ledger/merge", [("target", "run:kettle"), .. form.Where(f => f.Name != name), (name, value)]);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await refused.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> SendMergeAsync(params (string Name, string Value)[] values) =>
        SendFormAsync("/ledger/run?stream=run:kettle", "/ledger/merge", [("target", "run:kettle"), ("source", "branch:kettle-strict"), .. values]);
}
