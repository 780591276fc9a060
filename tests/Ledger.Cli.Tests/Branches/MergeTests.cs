using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Cli.Tests.Bus;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Branches;

public sealed class MergeTests(CliDatabase database) : IClassFixture<CliDatabase>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-merge-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Merge_OfABranch_ReadsLikeAStory()
    {
        var story = new Transcript(database.Cli with { Input = SampleFile.Text });
        await story.RunAsync("append", "told", "--file", "-");
        await story.RunAsync("fork", "told", "--at", "3", "--id", "told-2");
        await story.RunAsync("append", "told", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2}}""", "--actor", "lead");
        await story.RunAsync("append", "told-2", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":3,"by":"scout"}}""", "--actor", "scout");
        await story.RunAsync("append", "told-2", "--type", "tool.called", "--data", """{"tool":"search"}""");
        await story.RunAsync("append", "told-2", "--type", "object.created", "--data", """{"id":"c3","type":"Claim"}""", "--actor", "scout");
        await story.RunAsync("append", "told-2", "--type", "relation.removed", "--data", """{"id":"r1"}""", "--actor", "scout");
        await story.RunAsync("merge", "told", "told-2", "--preview");
        await story.RunAsync("merge", "told", "told-2");
        await story.RunAsync("merge", "told", "told-2", "--ours", "--theirs");
        await story.RunAsync("merge", "told", "told-2", "--theirs", "--actor", "lead");
        await story.RunAsync("merge", "told", "told-2");
        await story.RunAsync("blame", "told", "c1", "n");
        await story.RunAsync("merge", "told", "told");
        await story.RunAsync("merge", "told", "nowhere");

        Approved.Check("merge", story.ToString());
    }

    [Fact]
    public async Task Resolve_WithThePreviewAsAFile_DecidesOneByOne()
    {
        await ForkedAsync("filed");
        var preview = JsonNode.Parse((await database.Cli.RunAsync("merge", "filed", "filed-2", "--preview", "--json")).ShouldSucceed())!;
        preview["conflicts"]![0]!["take"] = "theirs";
        preview["conflicts"]![1]!["value"] = 7;
        var file = Path.Combine(_folder.FullName, "conflicts.json");
        await File.WriteAllTextAsync(file, preview.ToJsonString());

        var merged = await database.Cli.JsonAsync("merge", "filed", "filed-2", "--resolve", file);

        merged.GetProperty("decisions").EnumerateArray().Select(d => d.GetProperty("take").GetString()).ShouldBe(["theirs", "set"]);
        var data = (await database.Cli.JsonAsync("object", "filed", "c1")).GetProperty("data");
        (data.GetProperty("a").GetInt32(), data.GetProperty("b").GetInt32()).ShouldBe((3, 7));
    }

    [Fact]
    public async Task Resolve_WithAPreviewOfSomeDecisions_TakesTheseToo()
    {
        await ForkedAsync("partly");
        var preview = JsonNode.Parse((await database.Cli.RunAsync("merge", "partly", "partly-2", "--preview", "--json")).ShouldSucceed())!;
        preview["conflicts"]![0]!["take"] = "theirs";
        var some = preview["conflicts"]![0]!.ToJsonString();
        var partly = JsonNode.Parse((await (database.Cli with { Input = $"[{some}]" }).RunAsync("merge", "partly", "partly-2", "--resolve", "-", "--preview", "--json")).ShouldSucceed())!;
        partly["conflicts"]![0]!["value"] = null;

        (await (database.Cli with { Input = partly.ToJsonString() }).RunAsync("merge", "partly", "partly-2", "--resolve", "-")).ShouldSucceed();

        var data = (await database.Cli.JsonAsync("object", "partly", "c1")).GetProperty("data");
        (data.GetProperty("a").GetRawText(), data.GetProperty("b").GetRawText()).ShouldBe(("3", "null"));
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("""{"decisions":7}""")]
    [InlineData("""[{"kind":"object","id":"c1","path":"/data/a","value":"\ud800"}]""")]
    [InlineData("""[{"kind":"object","id":"\ud800","path":"/data/a","take":"ours"}]""")]
    public async Task Resolve_WhatIsNoDecision_IsRefused(string list)
    {
        await ForkedAsync($"none{list.Length}");

        var refused = await (database.Cli with { Input = list }).RunAsync("merge", $"none{list.Length}", $"none{list.Length}-2", "--resolve", "-");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldEndWith("Nothing was written.\n");
        refused.Error.ShouldNotContain("A bug");
    }

    [Fact]
    public async Task Resolve_OldOrWrongDecisions_AreNotUsed()
    {
        await ForkedAsync("stale");
        var decided = (await database.Cli.RunAsync("merge", "stale", "stale-2", "--theirs", "--preview", "--json")).ShouldSucceed();
        var list = JsonNode.Parse(decided)!["decisions"]!.ToJsonString();
        (await database.Cli.RunAsync("append", "stale-2", "--type", "object.patched", "--data", """{"id":"c1","patch":{"a":4}}""")).ShouldSucceed();

        var refused = await (database.Cli with { Input = list }).RunAsync("merge", "stale", "stale-2", "--resolve", "-");
        (refused.ExitCode, refused.Error).ShouldBe((1, "ledger: 1 conflict open, so nothing was written. Decide with --ours, --theirs or --resolve FILE.\n"));
        refused.Output.ShouldContain("decided  object c1 /data/b  theirs\nCONFLICT  object c1 /data/a  set differently\n");
        (await (database.Cli with { Input = """[{"kind":"object","id":"c1","path":"/data/a","take":"mine"}]""" }).RunAsync("merge", "stale", "stale-2", "--resolve", "-"))
            .ShouldBeRefused(1, "The decision on object 'c1' must be 'ours', 'theirs', 'set' or 'remove', but was 'mine'. Nothing was written.");
        (await (database.Cli with { Input = "nonsense" }).RunAsync("merge", "stale", "stale-2", "--resolve", "-")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Deep_PropertyOfAType_IsMergedByItsMembers()
    {
        await ForkedDeepAsync("deep", "Claim");

        var refused = await database.Cli.RunAsync("merge", "deep", "deep-2");
        (await database.Cli.RunAsync("merge", "deep", "deep-2", "--deep", "Claim")).ShouldBeRefused(
            2, "'--deep' must be a type and a property, such as 'Claim/details', but was 'Claim'.");
        (await database.Cli.RunAsync("merge", "deep", "deep-2", "--deep", "Note/d", "--deep", "Claim/d", "--theirs")).ShouldSucceed();

        (refused.ExitCode, refused.Output).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(1), r => r.Output.ShouldContain("CONFLICT  object c1 /data/d"));
        (await database.Cli.JsonAsync("object", "deep", "c1")).GetProperty("data").GetRawText().ShouldBe("""{"d":{"x":2,"y":2,"z":3}}""");
    }

    [Fact]
    public async Task Deep_DecisionsOfAPreview_NeedItsRule()
    {
        await ForkedDeepAsync("rule", "a/Claim");
        string[] deep = ["--deep", "a~1Claim/d"];
        var preview = (await database.Cli.RunAsync(["merge", "rule", "rule-2", "--theirs", "--preview", "--json", .. deep])).ShouldSucceed();
        var cli = database.Cli with { Input = JsonNode.Parse(preview)!["decisions"]!.ToJsonString() };

        (await cli.RunAsync("merge", "rule", "rule-2", "--resolve", "-")).ShouldBeRefused(
            1, "The decision on object 'c1' is about '/data/d/z', but '/data/d' is merged as one value here. Decide about that, or give the rule that the preview had: "
            + "'--deep a~1Claim/d'. Nothing was written.");
        (await cli.RunAsync(["merge", "rule", "rule-2", "--resolve", "-", .. deep])).ShouldSucceed();

        (await database.Cli.JsonAsync("object", "rule", "c1")).GetProperty("data").GetRawText().ShouldBe("""{"d":{"x":2,"y":2,"z":3}}""");
    }

    [Fact]
    public async Task Deep_WhatServesToolsOrPages_MergesByIt()
    {
        await ForkedDeepAsync("served", "Claim");
        const string ask = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_merge","arguments":{"run":"served","source":"served-2","preview":true}}}""";
        var answers = await McpAnswers.AskWithAsync(database.Cli, ["--deep", "Claim/d"], ask);
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output }).RunAsync(["serve", "--port", "0", "--json", "--deep", "Claim/d"], stop.Token);
        using var served = JsonDocument.Parse(await output.TextAsync("}"));
        using var client = new HttpClient { BaseAddress = new Uri(served.RootElement.GetProperty("address").GetString()!) };
        using var preview = JsonDocument.Parse(await client.GetStringAsync("api/v1/streams/run:served/merge?source=branch:served-2"));
        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);

        foreach (var merge in new[] { answers["1"].GetProperty("result").GetProperty("structuredContent").GetProperty("merge"), preview.RootElement })
        {
            merge.GetProperty("conflicts").EnumerateArray().Select(c => c.GetProperty("path").GetString()).ShouldBe(["/data/d/z"]);
        }
    }

    // Of a nested property the run and its branch changed a member each, and one differently.
    private async Task ForkedDeepAsync(string id, string type)
    {
        foreach (var (stream, json) in new[]
        {
            (id, """{"x":1,"y":1,"z":1}"""), ($"{id}-2", ""), (id, """{"x":2,"y":1,"z":2}"""), ($"{id}-2", """{"x":1,"y":2,"z":3}"""),
        })
        {
            string[] command = json.Length == 0 ? ["fork", id, "--at", "1", "--id", stream]
                : ["append", stream, "--type", "object.created", "--data", $$$"""{"id":"c1","type":"{{{type}}}","data":{"d":{{{json}}}}}"""];
            (await database.Cli.RunAsync(command)).ShouldSucceed();
        }
    }

    private async Task ForkedAsync(string id)
    {
        foreach (var (run, data) in new[] { (id, """{"id":"c1","type":"Claim","data":{"a":1,"b":1}}"""), ($"{id}-2", ""), (id, """{"id":"c1","patch":{"a":2,"b":2}}"""), ($"{id}-2", """{"id":"c1","patch":{"a":3,"b":3}}""") })
        {
            var type = data.Contains("patch", StringComparison.Ordinal) ? "object.patched" : "object.created";
            string[] command = data.Length == 0 ? ["fork", id, "--at", "1", "--id", run] : ["append", run, "--type", type, "--data", data];
            (await database.Cli.RunAsync(command)).ShouldSucceed();
        }
    }
}
