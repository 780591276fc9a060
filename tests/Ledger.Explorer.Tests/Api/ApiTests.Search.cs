using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>The search across runs.</content>
public abstract partial class ApiTests
{
    [Fact]
    public async Task Search_AcrossRuns_FindsTheCallByItsArgument_AndWhatFailed()
    {
        var run = _host.Ledger.GetRun("dock");
        await run.AppendAsync([new ToolCalled("sonar", JsonElement.Parse("""{"quay": {"name": "north"}}""")), new RunFailed("The sonar is <b>wet</b>.")]);
        await run.LabelAsync(["harbour"]);
        await _host.Ledger.GetRun("ship").AppendAsync([new ToolCalled("sonar", JsonElement.Parse("""{"quay": {"name": "south"}}""")), new RunFailed("Ran aground.")]);

        (await StreamsAsync("tool=sonar&where=quay.name%3Dnorth")).ShouldBe(["run:dock"]);
        (await StreamsAsync("type=run.failed")).ShouldBe(["run:ship", "run:dock"]);
        (await StreamsAsync("type=run.failed&label=harbour")).ShouldBe(["run:dock"]);
        (await StreamsAsync("text=WATER%20BOILS&status=done")).ShouldContain("run:kettle");
        (await StreamsAsync("text=WATER%20BOILS&status=failed")).ShouldBeEmpty();

        (await StreamsAsync("object=claim-1&type=object.created")).ShouldBe(["run:kettle"]);
        (await StreamsAsync("text=WATER%20BOILS&min_cost=0.01&max_duration=2h")).ShouldContain("run:kettle");
        (await StreamsAsync("text=WATER%20BOILS&max_cost=0.01")).ShouldBeEmpty();
        (await StreamsAsync("text=WATER%20BOILS&min_duration=3d")).ShouldBeEmpty();
        foreach (var wrong in new[] { "min_cost=much", "max_cost=-1", "min_duration=long", "max_duration=-1s", "min_duration=1e9d", "min_cost=2&max_cost=1", "min_duration=2h&max_duration=90m" })
        {
            using var unclear = await _client.GetAsync($"{Base}/search?{wrong}");
            unclear.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest, wrong);
        }

        var first = await GetAsync($"{Base}/search?tool=sonar&limit=1");
        var second = await GetAsync($"{Base}/search?tool=sonar&limit=1&before={first.GetProperty("next").GetInt64()}");
        second.GetProperty("events")[0].GetProperty("stream").GetString().ShouldBe("run:dock");

        var page = await _client.GetStringAsync("/ledger/search?text=wet");
        page.ShouldContain("&lt;b&gt;<mark>wet</mark>&lt;/b&gt;");
        page.ShouldContain("status-failed");
        using var refused = await _client.GetAsync("/ledger/search?where=quay");
        refused.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("A condition is a path and a value");
    }

    private async Task<IEnumerable<string?>> StreamsAsync(string query) =>
        (await GetAsync($"{Base}/search?{query}")).GetProperty("events").EnumerateArray().Select(e => e.GetProperty("stream").GetString());
}
