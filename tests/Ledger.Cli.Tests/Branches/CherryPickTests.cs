using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Branches;

public sealed class CherryPickTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private const string OnTheBranch = """
        {"id":"e7","type":"object.created","actor":"scout","data":{"id":"c3","type":"Claim","data":{"text":"At sea level"}}}
        {"id":"e8","type":"tool.called","actor":"scout","cause":["e7"],"data":{"tool":"search"}}
        {"id":"e9","type":"object.patched","actor":"scout","cause":["e8"],"data":{"id":"c1","patch":{"n":3}}}
        {"id":"e10","type":"object.patched","actor":"scout","data":{"id":"c2","patch":{"kept":true}}}
        """;

    [Fact]
    public async Task CherryPick_OfEvents_ReadsLikeAStory()
    {
        await ForkedAsync("picked");
        var story = new Transcript(database.Cli);
        await story.RunAsync("cherry-pick", "picked", "picked-2", "e9");
        await story.RunAsync("cherry-pick", "picked", "picked-2", "e9", "--with-causes", "--preview");
        await story.RunAsync("cherry-pick", "picked", "picked-2", "e9", "--with-causes");
        await story.RunAsync("cherry-pick", "picked", "picked-2", "e9", "--with-causes", "--theirs", "--actor", "lead");
        await story.RunAsync("cherry-pick", "picked", "picked-2", "e8", "e9");
        await story.RunAsync("blame", "picked", "c1", "n");
        await story.RunAsync("cherry-pick", "picked", "picked-2", "e11");
        await story.RunAsync("cherry-pick", "picked", "picked", "e1");

        Approved.Check("cherry-pick", story.ToString());
    }

    [Fact]
    public async Task Rebase_OfABranch_ReadsLikeAStory()
    {
        await ForkedAsync("based");
        var story = new Transcript(database.Cli);
        await story.RunAsync("rebase", "based-2", "based", "--preview");
        await story.RunAsync("rebase", "based-2", "based", "--id", "based-3", "--actor", "lead");
        await story.RunAsync("diff", "based-2", "branch:based-3");
        await story.RunAsync("rebase", "based-2", "based", "--squash", "--theirs", "--id", "based-4", "--name", "squashed");
        await story.RunAsync("rebase", "based-2", "based", "--id", "based-3");
        await story.RunAsync("rebase", "based", "based");
        await story.RunAsync("branches", "based");

        Approved.Check("rebase", story.ToString());
    }

    [Fact]
    public async Task CherryPick_WithThePreviewAsAFile_DecidesOneByOne()
    {
        await ForkedAsync("chosen");
        var preview = JsonNode.Parse((await database.Cli.RunAsync("cherry-pick", "chosen", "chosen-2", "e7", "e9", "--preview", "--json")).ShouldSucceed())!;
        preview["conflicts"]![0]!["value"] = 7;

        var picked = await (database.Cli with { Input = preview.ToJsonString() }).JsonAsync("cherry-pick", "chosen", "chosen-2", "e7", "e9", "--resolve", "-");

        picked.GetProperty("carried").EnumerateArray().Select(e => e.GetProperty("outcome").GetString()).ShouldBe(["written", "written"]);
        picked.GetProperty("decisions").EnumerateArray().Select(d => d.GetProperty("take").GetString()).ShouldBe(["set"]);
        (await database.Cli.JsonAsync("object", "chosen", "c1")).GetProperty("data").GetProperty("n").GetInt32().ShouldBe(7);
    }

    private async Task ForkedAsync(string id)
    {
        (await (database.Cli with { Input = SampleFile.Text }).RunAsync("append", id, "--file", "-")).ShouldSucceed();
        (await database.Cli.RunAsync("fork", id, "--at", "3", "--id", $"{id}-2")).ShouldSucceed();
        (await database.Cli.RunAsync("append", id, "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2}}""", "--actor", "lead")).ShouldSucceed();
        (await (database.Cli with { Input = OnTheBranch }).RunAsync("append", $"{id}-2", "--file", "-")).ShouldSucceed();
    }
}
