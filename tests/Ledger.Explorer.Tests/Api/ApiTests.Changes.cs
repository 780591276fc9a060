using System.Net;
using System.Text.Json;
using Ledger.Runs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>An event that is changed in a branch, and the runner that is asked to run on there.</content>
public abstract partial class ApiTests
{
    private const string Changed = """{"position": 8, "data": {"id": "claim-1", "patch": {"status": "doubted"}}, "name": "what if"}""";

    [Fact]
    public async Task Change_WithAKey_MakesOneBranch_AndAsksTheRunnerWithOneId_OnEveryServer()
    {
        var runner = new FakeRunner();
        await using var first = await WithRunnerAsync(runner);
        await using var second = await WithRunnerAsync(runner);

        using var made = await PostWithKeyAsync(first.CreateClient(), "/streams/run:kettle/changes", Changed, "c-1");
        using var same = await PostWithKeyAsync(first.CreateClient(), "/streams/run:kettle/changes", Changed, "c-1");
        using var elsewhere = await PostWithKeyAsync(second.CreateClient(), "/streams/run:kettle/changes", Changed, "c-1");
        using var other = await PostWithKeyAsync(second.CreateClient(), "/streams/run:kettle/changes", Changed.Replace("doubted", "open"), "c-1");

        (made.StatusCode, same.StatusCode, elsewhere.StatusCode, other.StatusCode)
            .ShouldBe((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity));
        var text = await made.Content.ReadAsStringAsync();
        (await same.Content.ReadAsStringAsync()).ShouldBe(text);
        (await elsewhere.Content.ReadAsStringAsync()).ShouldBe(text);
        var answer = JsonElement.Parse(text);
        var branch = new StreamName(answer.GetProperty("branch").GetProperty("stream").GetString()!);
        (answer.GetProperty("position").GetInt64(), answer.GetProperty("type").GetString(), answer.GetProperty("runner").GetString()).ShouldBe((9, "object.patched", "called"));
        (await _host.Ledger.ListBranchesAsync(SampleRun.Run)).Count.ShouldBe(2);
        var asked = runner.Asked.ToList();
        asked.Select(one => one.Id).Distinct().ShouldHaveSingleItem();
        asked.Count.ShouldBe(2);
        (asked[0].Stream, asked[0].Length, asked[0].Parent, asked[0].ForkPosition).ShouldBe((branch, new Position(10), SampleRun.Run, new Position(8)));
        asked[0].Change.ShouldBe(new ChangedEvent(answer.GetProperty("event_id").GetGuid(), "object.patched", new Position(9), answer.GetProperty("replaces").GetGuid()));
        (await (await _host.Ledger.OpenAsync(branch)).FindObjectAsync("claim-1"))!.Data["status"].GetString().ShouldBe("doubted");
    }

    [Fact]
    public async Task Change_RunnerThatFailsOrIsNotThere_SaysSo_AndTheBranchStays()
    {
        var runner = new FakeRunner { Fault = new HttpRequestException("The webhook https://example.org/run answered 503 ServiceUnavailable.") };
        await using var host = await WithRunnerAsync(runner);
        await using var elsewhere = await WithRunnerAsync(runner);
        var client = host.CreateClient();

        // Its agent is at work already.
        runner.Work = async one => await (await _host.Ledger.OpenAsync(one.Stream)).AppendAsync([new KitLoaded("at work")]);

        using var failed = await PostWithKeyAsync(client, "/streams/run:kettle/changes", Changed, "c-2");
        var problem = JsonElement.Parse(await failed.Content.ReadAsStringAsync());
        var branch = (await _host.Ledger.ListBranchesAsync(SampleRun.Run)).Single(node => node.Branch.Name == "what if").Branch.Stream;
        (await (await _host.Ledger.OpenAsync(branch)).GetLengthAsync()).ShouldBe(new Position(11));
        runner.Fault = new InvalidOperationException("Password=hunter2");
        using var hidden = await PostWithKeyAsync(client, $"/streams/{branch}/continuations", """{"length": 10}""", "c-7");
        runner.Fault = new TimeoutException();
        using var late = await PostWithKeyAsync(client, $"/streams/{branch}/continuations", """{"length": 10}""", "c-8");
        using var ahead = await PostWithKeyAsync(client, $"/streams/{branch}/continuations", """{"length": 99}""", "c-9");
        runner.Fault = null;
        using var again = await PostWithKeyAsync(client, "/streams/run:kettle/changes", Changed, "c-2");
        using var other = await PostWithKeyAsync(elsewhere.CreateClient(), "/streams/run:kettle/changes", Changed, "c-2");
        using var asked = await PostWithKeyAsync(client, $"/streams/{branch}/continuations", """{"length": 10}""", "c-3");
        using var without = await PostWithKeyAsync(_client, "/streams/run:kettle/changes", Changed, "c-4");
        using var refused = await PostWithKeyAsync(_client, $"/streams/{branch}/continuations", "{}", "c-5");

        failed.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        problem.GetProperty("detail").GetString().ShouldBe(
            $"The runner did not accept '{branch}', which stays: The webhook https://example.org/run answered 503 ServiceUnavailable. Ask it again, or run your agent there yourself.");
        problem.GetProperty("stream").GetString().ShouldBe(branch.Value);
        problem.GetProperty("length").GetInt64().ShouldBe(10);
        (await hidden.Content.ReadAsStringAsync()).ShouldContain("it failed with InvalidOperationException; the server");
        (await hidden.Content.ReadAsStringAsync()).ShouldNotContain("hunter2");
        (await late.Content.ReadAsStringAsync()).ShouldContain("The runner did not answer in time, and may have accepted");
        (await ahead.Content.ReadAsStringAsync()).ShouldContain("must be at most");
        (again.StatusCode, other.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.Created));
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        runner.Asked.Count.ShouldBeGreaterThan(5);
        runner.Asked.Select(one => (one.Id, one.Stream, one.Length)).Distinct().ShouldHaveSingleItem();
        JsonElement.Parse(await without.Content.ReadAsStringAsync()).GetProperty("runner").GetString().ShouldBe("none");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("There is no runner");
        host.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"position": 99, "data": {}}""", HttpStatusCode.NotFound, "99")]
    [InlineData("""{"position": 8}""", HttpStatusCode.BadRequest, "lacks 'data'")]
    [InlineData("""{"data": {}}""", HttpStatusCode.BadRequest, "lacks 'position'")]
    [InlineData("""{"position": 8, "data": {}, "run": "maybe"}""", HttpStatusCode.BadRequest, "'run' must be on or off")]
    [InlineData("""{"position": 8, "data": {"id": "nobody", "patch": {}}}""", HttpStatusCode.UnprocessableEntity, "nobody")]
    [InlineData("""{"position": 8, "data": {}, "id": "kettle-strict"}""", HttpStatusCode.UnprocessableEntity, "object.patched")]
    [InlineData("""{"position": 0, "data": null, "id": "kettle-strict"}""", HttpStatusCode.Conflict, "kettle-strict")]
    public async Task Change_ThatCannotBeMade_MakesNoBranch(string body, HttpStatusCode status, string text)
    {
        using var answer = await PostWithKeyAsync(_client, "/streams/run:kettle/changes", body, "c-6");

        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync());
        (await answer.Content.ReadAsStringAsync()).ShouldContain(text);
        (await _host.Ledger.ListBranchesAsync(SampleRun.Run)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Compare_ThreeSides_RowsWorldsAndCosts_InPages_AndAsLines()
    {
        var run = await _host.Ledger.OpenAsync(SampleRun.Run);
        await run.ForkWithChangeAsync(new Position(8), JsonElement.Parse("""{"id": "claim-1", "patch": {"status": "refuted"}}"""), new ForkOptions { Id = "third" });
        const string Query = "run=run:kettle&run=branch:kettle-strict&run=branch:third";

        var all = await GetAsync($"{Base}/compare?{Query}");
        var page = await GetAsync($"{Base}/compare?{Query}&rows=changed&from=1&limit=1");
        var lines = (await _client.GetStringAsync($"{Base}/compare/export?{Query}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();

        all.GetProperty("runs").EnumerateArray().Select(side => side.GetProperty("details").GetProperty("stream").GetString()).ShouldBe(["run:kettle", "branch:kettle-strict", "branch:third"]);
        (all.GetProperty("shared_length").GetInt64(), all.GetProperty("first_difference").GetInt64()).ShouldBe((8, 0));
        var rows = all.GetProperty("rows").EnumerateArray().Select(row => string.Join(' ', row.GetProperty("events").EnumerateArray().Select(one => $"{one.GetProperty("side")}:{one.GetProperty("event").GetProperty("position")}"))).ToList();
        rows[0].ShouldBe("0:8 1:9 2:9");
        rows.ShouldContain("1:10");
        all.GetProperty("worlds").EnumerateArray().Select(diff => diff.GetProperty("added_objects").GetArrayLength()).ShouldBe([1, 0]);
        all.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("number").GetInt32()).ShouldBe(Enumerable.Range(0, rows.Count));
        page.GetProperty("rows")[0].GetProperty("number").GetInt32().ShouldBe(1);
        page.TryGetProperty("worlds", out _).ShouldBeFalse();
        page.GetProperty("rows").GetArrayLength().ShouldBe(1);
        page.GetProperty("next").GetInt32().ShouldBe(2);
        lines.Select(line => line.GetProperty("kind").GetString()).ShouldBe(["comparison", .. rows.Select(_ => "row"), "world", "world"]);
        foreach (var query in new[] { "", "run=run:kettle", "run=run:kettle&run=run:kettle", "run=a:1&run=a:2&run=a:3&run=a:4&run=a:5" })
        {
            using var refused = await _client.GetAsync($"{Base}/compare?{query}");
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, query);
        }
    }

    [Theory]
    [InlineData("/streams/run:kettle/export?format=html", "run-kettle.html", "Water boils at 100 °C.")]
    [InlineData("/compare/export?run=run:kettle&run=branch:kettle-strict&format=html", "comparison.html", "refuted")]
    public async Task Export_AsOneFile_HasEverything_AndAsksForNothing(string path, string name, string text)
    {
        using var answer = await _client.GetAsync(Base + path);
        var html = await answer.Content.ReadAsStringAsync();

        answer.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe(name);
        WebUtility.HtmlDecode(html).ShouldContain(text);
        foreach (var outside in new[] { "<a ", "<script", "<link", "<img", "<form", " src=", " href=", " style=", "url(", "@import" })
        {
            html.ShouldNotContain(outside);
        }

        WebUtility.HtmlDecode(html).ShouldContain($"content=\"{answer.Headers.GetValues("Content-Security-Policy").Single()}\"");
    }

    private Task<ExplorerHost> WithRunnerAsync(IRunRunner runner) => ExplorerHost.StartAsync(
        _host.Ledger.Store, options => options with { Writing = ExplorerWriting.Allowed }, builder => builder.Services.AddSingleton(runner));
}
