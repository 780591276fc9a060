using System.Net;
using System.Text.RegularExpressions;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <content>One clock, and whose cost it is.</content>
public sealed partial class PageTests
{
    [Fact]
    public async Task Run_EventOfAnotherTime_ShowsWhenItWasRecorded_AndTheOtherOnHover()
    {
        var occurred = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
        var run = _host.Ledger.GetRun("old");
        await run.AppendAsync([new NewEvent(new KitLoaded("a"), new EventMetadata { OccurredAt = occurred })]);
        var recorded = $"{(await run.ReadAllAsync())[0].Timestamp.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";

        var row = Row().Match(await _client.GetStringAsync("/ledger/run?stream=run:old")).Value;

        row.ShouldContain($"title=\"recorded {recorded}, occurred 2001-02-03 04:05:06 UTC\">{recorded}</time>");
        (await _client.GetStringAsync("/ledger/run?stream=run:old")).ShouldContain("<th scope=\"col\">Recorded</th>");

        // The filter of the page goes by the same clock.
        (await _client.GetStringAsync("/ledger/run?stream=run:old&since=2002-01-01")).ShouldContain("id=\"p0\"");
        (await _client.GetStringAsync("/ledger/run?stream=run:old&until=2002-01-01")).ShouldNotContain("id=\"p0\"");
    }

    [Fact]
    public async Task Usage_OfABranch_NamesItsOwnCostAndThatWithItsParent()
    {
        var branch = await (await _host.Ledger.OpenAsync(SampleRun.Run)).ForkAsync(new ForkOptions { Id = "dear" });
        await branch.AppendAsync([new LlmResponse("Twice as much.", "small", 0.5m)]);

        var html = WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/run?stream=branch:dear"));

        html.ShouldContain("<dt>Its own cost</dt><dd>0.50 USD</dd>");
        html.ShouldContain("<dt>With what it shares with its parent</dt><dd>2 calls, 0.5125 USD, 0 tokens</dd>");
        WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/?kind=branches")).ShouldContain("title=\"its own; 0.5125 USD with what it shares with its parent\">0.50 USD</td>");
    }

    [Fact]
    public async Task Usage_TokensInUsage_AreAddedUp()
    {
        var data = System.Text.Json.JsonElement.Parse("""{"text": "x", "usage": {"prompt_tokens": 1000, "completion_tokens": 234}}""");
        await _host.Ledger.GetRun("tokens").AppendAsync([new UntypedEvent("llm.response", data)]);

        (await _client.GetStringAsync("/ledger/run?stream=run:tokens")).ShouldContain("<dt>Tokens</dt><dd>1,234</dd>");
    }

    [Fact]
    public async Task Row_OfAPromptAndAnAnswer_HasWhatWasSaidLast()
    {
        var prompt = new { model = "m", messages = new[] { new { role = "system", content = new string('x', 20_000) }, new { role = "user", content = "And the tide?" } } };
        await _host.Ledger.GetRun("said").AppendAsync(
        [
            new UntypedEvent("llm.request", System.Text.Json.JsonSerializer.SerializeToElement(prompt)),
            new UntypedEvent("llm.response", System.Text.Json.JsonElement.Parse("""{"model": "m", "content": [{"type": "text", "text": "I look."}, {"type": "tool_use", "name": "sonar", "input": {"quay": "north"}}]}""")),
        ]);

        var html = WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/run?stream=run:said"));

        html.ShouldContain("<td class=\"summary\">user: And the tide?</td>");
        html.ShouldContain("<td class=\"summary\">I look. · sonar {\"quay\":");
    }

    [Fact]
    public async Task Branch_WithoutAChosenId_IsCalledByItsLabel()
    {
        var branch = await (await _host.Ledger.OpenAsync(SampleRun.Run)).ForkAsync(new ForkOptions { Name = "what if <it> rains?" });
        var named = new Regex("""<a class="name" href="[^"]*">what if &lt;it&gt; rains\?</a>""");

        foreach (var path in new[] { "branches?stream=run:kettle", "?kind=branches", $"compare?run=run:kettle&run={branch.StreamName}" })
        {
            named.IsMatch(await _client.GetStringAsync("/ledger/" + path)).ShouldBeTrue(path);
        }

        (await _client.GetStringAsync($"/ledger/run?stream={branch.StreamName}")).ShouldContain($"data-copy=\"{branch.StreamName}\">what if &lt;it&gt; rains?</h1>");
    }

    [Fact]
    public async Task Runs_OfBranches_CountTheirBranches()
    {
        await (await _host.Ledger.OpenAsync(SampleRun.Branch)).ForkAsync(new ForkOptions { Id = "again" });

        var html = await _client.GetStringAsync("/ledger/?kind=branches");

        html.ShouldContain("<a href=\"/ledger/branches?stream=branch%3Akettle-strict\">1</a>");
    }

    [Fact]
    public async Task Fork_FormSentTwice_MakesOneBranch()
    {
        (string, string)[] form = [("stream", "run:kettle"), ("at", "3"), ("request", "0123456789")];
        using var first = await SendFormAsync("/ledger/run?stream=run:kettle", "/ledger/fork", form);
        using var second = await SendFormAsync("/ledger/run?stream=run:kettle", "/ledger/fork", form);

        first.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await first.Content.ReadAsStringAsync());
        second.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        (await _host.Ledger.ListBranchesAsync(SampleRun.Run)).Count.ShouldBe(2);
        Request().Match(await _client.GetStringAsync("/ledger/run?stream=run:kettle")).Value
            .ShouldNotBe(Request().Match(await _client.GetStringAsync("/ledger/run?stream=run:kettle")).Value);
    }

    [GeneratedRegex("""<tr id="p0".*?</tr>""", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("""name="request" value="[0-9a-f]{32}" """)]
    private static partial Regex Request();
}
