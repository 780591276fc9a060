using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>The tools that take over what a branch found: pages, and values that are too long for an answer.</summary>
public sealed class MergeToolTests : IAsyncLifetime
{
    private static readonly string Long = new('x', 1_100_000);

    private ToolServer _server = null!;
    private Run _run = null!;
    private Run _branch = null!;

    public async Task InitializeAsync()
    {
        _server = await ToolServer.StartAsync();
        _run = _server.Ledger.GetRun("r");
        await _run.AppendAsync([new ObjectCreated("o", "Note", new JsonObject { ["text"] = "short" })]);
        await _server.CallAsync("run_fork", """{"run":"r","at":1,"id":"b"}""");
        _branch = await _server.Ledger.OpenAsync("b");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Merge_LongValues_AreWrittenAndLeftOutOfTheAnswer()
    {
        await _branch.AppendAsync([new ObjectCreated("p", "Note", new JsonObject { ["text"] = Long })]);

        var answer = await _server.CallAsync("run_merge", """{"run":"r","source":"b"}""");

        var merge = answer.GetProperty("merge");
        var change = merge.GetProperty("changes")[0];
        (change.GetProperty("id").GetString(), change.GetProperty("data").ValueKind).ShouldBe(("p", JsonValueKind.Null));
        change.GetProperty("data_omitted").GetInt64().ShouldBeGreaterThan(Long.Length);
        merge.GetProperty("length").GetInt64().ShouldBe(3);
        (await _run.GetLengthAsync()).Value.ShouldBe(3);
    }

    [Fact]
    public async Task Conflict_OfLongValues_IsDecidedByItsEvents()
    {
        await _branch.AppendAsync([new ObjectPatched("o", new JsonObject { ["text"] = Long })]);
        await _run.AppendAsync([new ObjectPatched("o", new JsonObject { ["text"] = Long + "y" })]);
        var open = await ConflictAsync();
        open.TryGetProperty("ours", out _).ShouldBeFalse();
        open.GetProperty("values_omitted").GetInt64().ShouldBeGreaterThan(2 * Long.Length);

        await _run.AppendAsync([new ObjectPatched("o", new JsonObject { ["text"] = Long + "z" })]);
        var stale = await DecideAsync("run_merge", open, "");
        (stale.GetProperty("conflict_count").GetInt32(), stale.GetProperty("merge").TryGetProperty("event_id", out _)).ShouldBe((1, false));
        var decided = await DecideAsync("run_merge", await ConflictAsync(), "");

        (decided.GetProperty("conflict_count").GetInt32(), decided.GetProperty("merge").TryGetProperty("event_id", out _)).ShouldBe((0, true));
        decided.GetProperty("merge").GetProperty("decisions")[0].GetProperty("take").GetString().ShouldBe("theirs");
        (await _run.FindObjectAsync("o"))!.Data["text"].GetString().ShouldBe(Long);

        async Task<JsonElement> ConflictAsync() =>
            (await _server.CallAsync("run_merge", """{"run":"r","source":"b"}""")).GetProperty("merge").GetProperty("conflicts")[0];
    }

    [Fact]
    public async Task Pick_OfAConflict_IsDecidedByItsEvents()
    {
        await _branch.AppendAsync([new NewEvent(new ObjectPatched("o", new JsonObject { ["text"] = Long }), new EventMetadata { ForeignId = "e" })]);
        await _run.AppendAsync([new ObjectPatched("o", new JsonObject { ["text"] = Long + "y" })]);

        var refused = await _server.CallAsync("run_pick", """{"run":"r","source":"b","events":["e"]}""");
        (refused.GetProperty("conflict_count").GetInt32(), refused.GetProperty("missing_count").GetInt32()).ShouldBe((1, 0));
        var decided = await DecideAsync("run_pick", refused.GetProperty("pick").GetProperty("conflicts")[0], ""","events":["e"]""");

        decided.GetProperty("pick").TryGetProperty("event_id", out _).ShouldBeTrue();
        decided.GetProperty("pick").GetProperty("carried")[0].GetProperty("written")[0].GetProperty("data_omitted").GetInt64().ShouldBeGreaterThan(Long.Length);
        (await _run.FindObjectAsync("o"))!.Data["text"].GetString().ShouldBe(Long);
    }

    [Fact]
    public async Task Pick_InPages_HasEveryEventOnce()
    {
        await CreateAsync(5);

        (await CarriedAsync("run_pick", """{"run":"r","source":"b","events":["e-0","e-1","e-2","e-3","e-4"],"preview":true,"limit":2,"skip":SKIP}""", "pick"))
            .ShouldBe([2, 3, 4, 5, 6]);
        var picked = await _server.CallAsync("run_pick", """{"run":"r","source":"b","events":["e-0","e-4"],"limit":1}""");
        (picked.GetProperty("next").GetInt32(), picked.GetProperty("pick").GetProperty("length").GetInt64()).ShouldBe((1, 4));
    }

    [Fact]
    public async Task Rebase_InPages_HasEveryEventOnce()
    {
        await CreateAsync(5);
        await _run.AppendAsync([new ObjectCreated("q", "Note", new JsonObject())]);

        (await CarriedAsync("run_rebase", """{"run":"b","onto":"r","preview":true,"limit":2,"skip":SKIP}""", "rebase")).ShouldBe([2, 3, 4, 5, 6]);
    }

    [Theory]
    [InlineData("events")]
    [InlineData("squash")]
    public async Task Rebase_LongValues_AreWrittenAndLeftOutOfTheAnswer(string mode)
    {
        await _branch.AppendAsync([.. Enumerable.Range(0, 3).Select(i => new ObjectCreated($"p-{i}", "Note", new JsonObject { ["text"] = Long }))]);
        await _run.AppendAsync([new ObjectCreated("q", "Note", new JsonObject())]);

        var rebase = (await _server.CallAsync("run_rebase", $$"""{"run":"b","onto":"r","id":"c","mode":"{{mode}}"}""")).GetProperty("rebase");

        rebase.GetProperty("branch").GetString().ShouldBe("branch:c");
        var written = mode == "squash"
            ? rebase.GetProperty("squashed").EnumerateArray().ToList()
            : [.. rebase.GetProperty("carried").EnumerateArray().Select(item => item.GetProperty("written")[0])];
        written.Count.ShouldBe(3);
        written.ShouldAllBe(item => item.GetProperty("data_omitted").GetInt64() > Long.Length);
        (await (await _server.Ledger.OpenAsync("c")).FindObjectAsync("p-2"))!.Data["text"].GetString().ShouldBe(Long);
    }

    private Task<Position> CreateAsync(int count) => _branch.AppendAsync([.. Enumerable.Range(0, count).Select(i =>
        new NewEvent(new ObjectCreated($"p-{i}", "Note", new JsonObject()), new EventMetadata { ForeignId = $"e-{i}" }))]);

    private async Task<List<long>> CarriedAsync(string tool, string call, string member)
    {
        List<long> read = [];
        int? skip = 0;
        while (skip is { } from)
        {
            var page = await _server.CallAsync(tool, call.Replace("SKIP", $"{from}", StringComparison.Ordinal));
            read.AddRange(page.GetProperty(member).GetProperty("carried").EnumerateArray().Select(item => item.GetProperty("position").GetInt64()));
            skip = page.TryGetProperty("next", out var next) ? next.GetInt32() : null;
        }

        return read;
    }

    private Task<JsonElement> DecideAsync(string tool, JsonElement conflict, string more)
    {
        var decision = JsonNode.Parse(conflict.GetRawText())!.AsObject();
        decision["take"] = "theirs";
        return _server.CallAsync(tool, $$"""{"run":"r","source":"b"{{more}},"decisions":[{{decision.ToJsonString()}}]}""");
    }
}
