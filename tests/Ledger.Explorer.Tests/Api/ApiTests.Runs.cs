using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>The list of runs and branches.</content>
public abstract partial class ApiTests
{
    [Fact]
    public async Task Runs_ListsThemWithTheirBranches()
    {
        var answer = await GetAsync($"{Base}/runs?text=KETT");

        var run = answer.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem();
        run.GetProperty("stream").GetString().ShouldBe("run:kettle");
        run.GetProperty("length").GetInt64().ShouldBe(SampleRun.Length);
        run.GetProperty("branch_count").GetInt64().ShouldBe(1);
        answer.GetProperty("has_more").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Runs_OfBranches_TellTheLengthOfTheirHistories()
    {
        var answer = await GetAsync($"{Base}/runs?kind=branches");

        var branch = answer.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem();
        branch.GetProperty("stream").GetString().ShouldBe("branch:kettle-strict");
        branch.GetProperty("version").GetInt64().ShouldBe(3);
        branch.GetProperty("length").GetInt64().ShouldBe(SampleRun.ForkPosition + 3);
        branch.GetProperty("fork_position").GetInt64().ShouldBe(SampleRun.ForkPosition);
        branch.GetProperty("root").GetString().ShouldBe("run:kettle");
    }

    [Fact]
    public async Task Runs_ByStatusLabelAndOrder_ArePagedByNext()
    {
        for (var i = 0; i < 3; i++)
        {
            var run = _host.Ledger.GetRun($"broken-{i}");
            await run.AppendAsync([new LlmResponse(CostUsd: i), new RunFailed($"fuse {i}")]);
            await run.LabelAsync(["fuses"]);
        }

        var failed = await GetAsync($"{Base}/runs?status=failed&label=fuses&order=cost&limit=2");
        failed.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("error").GetString()).ShouldBe(["fuse 2", "fuse 1"]);
        failed.GetProperty("behind").GetInt64().ShouldBe(0);
        var next = Uri.EscapeDataString(failed.GetProperty("next").GetString()!);
        var last = await GetAsync($"{Base}/runs?status=failed&label=fuses&order=cost&limit=2&after={next}");
        var first = last.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem();
        (first.GetProperty("id").GetString(), first.GetProperty("status").GetString()).ShouldBe(("broken-0", "failed"));
        first.GetProperty("labels")[0].GetString().ShouldBe("fuses");
        first.GetProperty("usage").GetProperty("calls").GetInt64().ShouldBe(1);
        last.GetProperty("has_more").GetBoolean().ShouldBeFalse();

        var dear = await GetAsync($"{Base}/runs?label=fuses&min_cost=1&max_cost=1.5&max_duration=2h&max_tokens=0");
        dear.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("broken-1");
        (await GetAsync($"{Base}/runs/totals?label=fuses&min_cost=1")).GetProperty("totals")[0].GetProperty("runs").GetInt64().ShouldBe(2);
        (await GetAsync($"{Base}/runs?min_tokens=1000000000")).GetProperty("runs").GetArrayLength().ShouldBe(0);
        (await GetAsync($"{Base}/runs?order=tokens&limit=1")).GetProperty("next").GetString().ShouldStartWith("tokens~");
        (await _client.GetStringAsync("/ledger/?min_cost=1&max_cost=1.5")).ShouldContain("<details class=\"further\" open");

        foreach (var wrong in new[] { "min_cost=2&max_cost=1", "min_tokens=x", "min_duration=long", "min_cost=1&order=name", "status=broken", "after=x", "status=failed&order=name", "status=failed&skip=1", $"order=started&after={next}" })
        {
            using var refused = await _client.GetAsync($"{Base}/runs?{wrong}");
            refused.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest, wrong);
        }
    }

    [Fact]
    public async Task Title_AndLabels_AreSetByProgramsThatMayWrite()
    {
        using var named = await PostAsync("/run:kettle/title", """{"title": "Kettles"}""");
        using var labelled = await PostAsync("/run:kettle/labels", """{"add": ["b", "a"]}""");
        using var nothing = await PostAsync("/run:kettle/labels", "{}");
        using var wrong = await PostAsync("/run:kettle/labels", """{"add": [1]}""");
        using var several = await PostAsync("/run:kettle/labels", """{"add": ["a,b"]}""");
        using var long_ = await PostAsync("/run:kettle/title", $$"""{"title": "{{new string('x', 501)}}"}""");

        named.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        labelled.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        new[] { nothing, wrong, several, long_ }.Select(a => a.StatusCode).ShouldAllBe(s => s == System.Net.HttpStatusCode.BadRequest);
        var run = await GetAsync($"{Streams}/run:kettle");
        run.GetProperty("title").GetString().ShouldBe("Kettles");
        run.GetProperty("labels").EnumerateArray().Select(l => l.GetString()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Id_ThatCannotBeSeen_IsRefused_WhereverItIsGiven()
    {
        foreach (var id in new[] { "", " ", "a ", "\u202E", "\u200B\u2060", "\u3000" })
        {
            foreach (var (path, body) in new (string, object)[] { ("/runs", new { id }), ("/streams/run:kettle/branches", new { at = 3, id }) })
            {
                using var answer = await _client.PostAsJsonAsync(Base + path, body);
                answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{path} '{id}'");
                (await answer.Content.ReadAsStringAsync()).ShouldContain("its id ");
            }
        }

        _host.Errors.ShouldBeEmpty();
    }
}
