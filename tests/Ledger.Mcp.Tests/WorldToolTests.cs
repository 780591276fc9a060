using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>The tools on worlds: pages and filters, single objects, changes and differences.</summary>
public sealed class WorldToolTests : IAsyncLifetime
{
    private ToolServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ToolServer.StartAsync();
        var run = _server.Ledger.GetRun("r");
        await run.AppendAsync([.. Enumerable.Range(0, 5).Select(i =>
            new ObjectCreated($"o-{i}", i % 2 == 0 ? "Claim" : "Source", new JsonObject { ["n"] = i, ["open"] = i < 3 }))]);
        await run.AppendAsync([.. Enumerable.Range(0, 3).Select(i => new RelationCreated($"r-{i}", "supports", $"o-{i}", "o-4", new JsonObject()))]);
        await run.AppendAsync([new ObjectPatched("o-1", new JsonObject { ["n"] = 10 }), new ObjectRemoved("o-2")]);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task World_InPagesOfAnySize_IsWhole(int limit)
    {
        List<string> read = [];
        List<string> dangling = [];
        var after = "";
        while (true)
        {
            var page = await _server.CallAsync("run_world", $$"""{"run":"r","at":10,"limit":{{limit}}{{after}}}""");
            string[] ids = [.. IdsOf(page, "objects"), .. IdsOf(page, "relations")];
            ids.Length.ShouldBeLessThanOrEqualTo(limit);
            read.AddRange(ids);
            dangling.AddRange(page.GetProperty("dangling_relations").EnumerateArray().Select(id => id.GetString()!));
            if (!page.TryGetProperty("next", out var next))
            {
                break;
            }

            after = $",\"after\":\"{next.GetString()}\"";
        }

        read.ShouldBe(["o-0", "o-1", "o-3", "o-4", "r-0", "r-1", "r-2"]);
        dangling.ShouldBe(["r-2"]);
    }

    [Theory]
    [InlineData(""" "type":"Claim" """, "o-0,o-4", "")]
    [InlineData(""" "type":"supports" """, "", "r-0,r-1,r-2")]
    [InlineData(""" "contains":{"open":true} """, "o-0,o-1", "")]
    [InlineData(""" "contains":{"open":true},"type":"Source" """, "o-1", "")]
    [InlineData(""" "at":3 """, "o-0,o-1,o-2", "")]
    [InlineData(""" "at_time":"2001-01-01T00:00:00Z" """, "", "")]
    public async Task World_Filtered(string filter, string objects, string relations)
    {
        var page = await _server.CallAsync("run_world", $$"""{"run":"r",{{filter}}}""");

        string.Join(',', IdsOf(page, "objects")).ShouldBe(objects);
        string.Join(',', IdsOf(page, "relations")).ShouldBe(relations);
    }

    [Fact]
    public async Task World_Mistakes_AreSentences()
    {
        (await _server.RefusedAsync("run_world", """{"run":"r","after":"o-1"}""")).ShouldBe("'after' must be the 'next' of the page before, but was 'o-1'.");
        (await _server.RefusedAsync("run_world", """{"run":"r","contains":[1]}""")).ShouldStartWith("'contains' must be a JSON object");
        (await _server.RefusedAsync("run_world", """{"run":"r","at":1,"at_time":"2026-01-01T00:00:00Z"}""")).ShouldBe("'at' and 'at_time' both name a moment. Give one of them.");
        (await _server.RefusedAsync("run_world", """{"run":"nope"}""")).ShouldBe("There is no stream 'nope'. 'run_list' and 'run_branches' show what exists.");
    }

    [Fact]
    public async Task Object_WithItsRelations_NowAndEarlier()
    {
        var now = await _server.CallAsync("run_object", """{"run":"r","id":"o-4","limit":2}""");
        now.GetProperty("object").GetProperty("data").GetProperty("n").GetInt32().ShouldBe(4);
        IdsOf(now, "relations").ShouldBe(["r-0", "r-1"]);
        now.GetProperty("next").GetString().ShouldBe("r-1");
        IdsOf(await _server.CallAsync("run_object", """{"run":"r","id":"o-4","after":"r-1"}"""), "relations").ShouldBe(["r-2"]);

        (await _server.CallAsync("run_object", """{"run":"r","id":"o-1","at":8}""")).GetProperty("object").GetProperty("data").GetProperty("n").GetInt32().ShouldBe(1);
        (await _server.CallAsync("run_object", """{"run":"r","id":"o-2"}""")).GetProperty("object").ValueKind.ShouldBe(JsonValueKind.Null);
        (await _server.CallAsync("run_object", """{"run":"r","id":"o-1","path":"/n"}""")).GetProperty("part").GetProperty("text").GetString().ShouldBe("10");
    }

    [Fact]
    public async Task Object_TooLong_IsListedWithoutItsDataAndReadInParts()
    {
        var text = new string('x', 100_000);
        await _server.Ledger.GetRun("big").AppendAsync([new ObjectCreated("o", "Note", new JsonObject { ["text"] = text })]);

        var listed = (await _server.CallAsync("run_world", """{"run":"big"}""")).GetProperty("objects")[0];
        listed.GetProperty("data").EnumerateObject().ShouldBeEmpty();
        listed.GetProperty("data_omitted").GetInt64().ShouldBe(100_011);
        var part = (await _server.CallAsync("run_object", """{"run":"big","id":"o","path":"/text","from":90000}""")).GetProperty("part");
        part.GetProperty("text").GetString()!.Length.ShouldBe(10_000);
        part.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task ChangesTooLongForAnAnswer_AreCut()
    {
        var run = _server.Ledger.GetRun("wide");
        await run.AppendAsync([new ObjectCreated("o", "Note", new JsonObject { ["text"] = "short" })]);
        await run.AppendAsync([new ObjectPatched("o", new JsonObject { ["text"] = new string('x', 1_100_000), ["list"] = new JsonArray([.. Enumerable.Range(0, 20_000)]) })]);

        var blame = await _server.CallAsync("run_blame", """{"run":"wide","id":"o"}""");
        blame.GetProperty("total").GetInt32().ShouldBeGreaterThan(1);
        var diff = await _server.CallAsync("run_diff", """{"run":"wide","other":"wide","at":1,"other_at":2}""");
        diff.GetProperty("diff").GetProperty("changes").EnumerateArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Blame_OfObjectsAndRelations_InPages()
    {
        var blame = await _server.CallAsync("run_blame", """{"run":"r","id":"o-1","limit":1}""");
        blame.GetProperty("blame").GetProperty("changes")[0].GetProperty("kind").GetString().ShouldBe("created");
        (blame.GetProperty("total").GetInt32(), blame.GetProperty("next").GetInt32()).ShouldBe((2, 1));
        (await _server.CallAsync("run_blame", """{"run":"r","id":"o-1","skip":1}""")).GetProperty("blame").GetProperty("changes")[0].GetProperty("kind").GetString().ShouldBe("patched");
        (await _server.CallAsync("run_blame", """{"run":"r","id":"r-0","of":"relation"}""")).GetProperty("total").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Diff_InPages_HasEveryItemOnce()
    {
        await _server.CallAsync("run_fork", """{"run":"r","at":10,"id":"b"}""");
        var branch = await _server.Ledger.OpenAsync("b");
        await branch.AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"n-{i}", "Claim", new JsonObject()))]);
        await branch.AppendAsync([new ObjectPatched("o-0", new JsonObject { ["n"] = 7, ["m"] = 8 })]);

        List<string> added = [];
        List<string> changes = [];
        int? skip = 0;
        while (skip is { } from)
        {
            var page = await _server.CallAsync("run_diff", $$"""{"run":"r","other":"b","limit":2,"skip":{{from}}}""");
            added.AddRange(page.GetProperty("diff").GetProperty("added_objects").EnumerateArray().Select(id => id.GetString()!));
            changes.AddRange(page.GetProperty("diff").GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("path").GetString()!));
            skip = page.TryGetProperty("next", out var next) ? next.GetInt32() : null;
        }

        added.ShouldBe(["n-0", "n-1", "n-2", "n-3", "n-4"]);
        changes.ShouldBe(["/data/m", "/data/n"], ignoreOrder: true);
        (await _server.CallAsync("run_diff", """{"run":"r","other":"r","at":5,"other_at":10}""")).GetProperty("diff").GetProperty("removed_objects")[0].GetString().ShouldBe("o-2");
    }

    private static IEnumerable<string> IdsOf(JsonElement page, string member) =>
        page.GetProperty(member).EnumerateArray().Select(item => item.GetProperty("id").GetString()!);
}
