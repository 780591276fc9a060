using System.Net;
using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Api;
using Ledger.Explorer.Exporting;
using Ledger.Explorer.Failures;
using Ledger.Runs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

public sealed partial class PageTests
{
    [Fact]
    public async Task Change_FormOfTheEvent_GoesToTheBranch_WhichSaysThatNothingRunsThere()
    {
        using var made = await SendChangeAsync("8", """{"id": "claim-1", "patch": {"status": "doubted"}}""");

        made.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await made.Content.ReadAsStringAsync());
        var address = made.Headers.Location!.ToString();
        address.ShouldEndWith("&from=last");
        var page = WebUtility.HtmlDecode(await _client.GetStringAsync(address));
        page.ShouldContain("Begins with a changed event");
        page.ShouldContain("There is no runner, so nothing runs on here by itself.");
        page.ShouldContain("doubted");
        var branch = WebUtility.UrlDecode(address.Split("stream=")[1].Split('&')[0]);
        WebUtility.HtmlDecode(await _client.GetStringAsync($"/ledger/event?stream={branch}&position=9")).ShouldContain("an event of run:kettle");
    }

    [Theory]
    [InlineData("8", """{"id": "claim-1", <b>""", HttpStatusCode.BadRequest, "This is not JSON: line 1, '<' is an invalid start of a property name.")]
    [InlineData("8", """{"id": "nobody", "patch": {}}""", HttpStatusCode.UnprocessableEntity, "No branch was made.")]
    [InlineData("0", """{"kit": "\u0000"}""", HttpStatusCode.BadRequest, "No branch was made.")]
    public async Task Change_ThatCannotBeMade_ShowsWhyAndWhatWasTyped(string position, string data, HttpStatusCode status, string text)
    {
        using var refused = await SendChangeAsync(position, data);

        refused.StatusCode.ShouldBe(status);
        var html = WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync());
        html.ShouldContain(text);
        html.ShouldContain($">{data}</textarea>");
        (await _host.Ledger.ListBranchesAsync(SampleRun.Run)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("/ledger/compare?run=run:kettle&show=compare", HttpStatusCode.BadRequest, "One is chosen; choose another one")]
    [InlineData("/ledger/compare?run=a:1&run=a:2&run=a:3&run=a:4&run=a:5", HttpStatusCode.BadRequest, "5 are chosen; at most 4 stand side by side.")]
    [InlineData("/ledger/compare?run=run:kettle&run=run:nobody", HttpStatusCode.NotFound, "There is no stream 'run:nobody'")]
    [InlineData("/ledger/compare?after=x", HttpStatusCode.BadRequest, "'after'")]
    [InlineData("/ledger/change?stream=branch:kettle-strict&position=99", HttpStatusCode.NotFound, "has 11 events")]
    [InlineData("/ledger/change?stream=run:kettle", HttpStatusCode.BadRequest, "The query lacks 'position'")]
    [InlineData("/ledger/change?stream=branch:kettle-strict&position=8", HttpStatusCode.BadRequest, "'branch.created', which describes the branch and cannot be changed")]
    public async Task CompareAndChange_Refusal_SaysWhatToDo(string path, HttpStatusCode status, string text)
    {
        using var answer = await _client.GetAsync(path);

        answer.StatusCode.ShouldBe(status);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(text);
    }

    [Fact]
    public async Task Change_RunnerThatDoesNotAnswer_IsAskedAgainForTheSame()
    {
        var runner = new FakeRunner { Fault = new TimeoutException() };
        runner.Work = async one => await (await _host.Ledger.OpenAsync(one.Stream)).AppendAsync([new KitLoaded("at work")]);
        await using var host = await ExplorerHost.StartAsync(
            _host.Ledger.Store, options => options with { Writing = ExplorerWriting.Allowed }, builder => builder.Services.AddSingleton<IRunRunner>(runner));
        _client = host.CreateClient();

        using var failed = await SendChangeAsync("8", """{"id": "claim-1", "patch": {"status": "doubted"}}""");
        var html = await failed.Content.ReadAsStringAsync();
        runner.Fault = null;
        using var again = await SendFormAsync(
            "/ledger/event?stream=run:kettle&position=8", "/ledger/change", ("stream", runner.Asked.First().Stream.Value), ("act", "run"), ("length", "10"));

        failed.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        html.ShouldContain("name=\"length\" value=\"10\"");
        WebUtility.HtmlDecode(html).ShouldContain("may have accepted");
        again.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await again.Content.ReadAsStringAsync());
        runner.Asked.Select(one => (one.Id, one.Length)).ShouldBe(Enumerable.Repeat((runner.Asked.First().Id, new Position(10)), 2));
    }

    [Fact]
    public async Task Compare_RerunOfMoreEventsThanAreCompared_DoesNotDiffer_AndNothingIsMissingAfterTheCut()
    {
        object[] events = [.. Enumerable.Range(0, 10_001).Select(i => new KitLoaded($"{i}"))];
        var run = _host.Ledger.GetRun("long");
        await run.AppendAsync(events);
        await (await run.ForkAsync(Position.Start, new ForkOptions { Id = "same" })).AppendAsync(events);
        await (await run.ForkAsync(Position.Start, new ForkOptions { Id = "more" })).AppendAsync([new KitLoaded("more"), .. events]);

        var same = JsonElement.Parse(await _client.GetStringAsync("/ledger/api/v1/compare?run=run:long&run=branch:same&rows=changed"));
        var more = JsonElement.Parse(await _client.GetStringAsync("/ledger/api/v1/compare?run=run:long&run=branch:more&rows=changed"));
        var page = await _client.GetStringAsync("/ledger/compare?run=run:long&run=branch:same");

        (same.GetProperty("row_count").GetInt32(), same.TryGetProperty("first_difference", out _)).ShouldBe((10_000, false));
        same.GetProperty("runs").EnumerateArray().ShouldAllBe(side => side.GetProperty("is_cut").GetBoolean());
        more.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("number").GetInt32()).ShouldBe([0]);
        page.ShouldContain("Their events do not differ as far as they were compared.");
    }

    [Fact]
    public async Task Export_DeepOrLargeData_StaysAsLargeAsItIs_OrIsCut()
    {
        var deep = JsonDocument.Parse(new string('[', 500) + string.Join(',', Enumerable.Repeat('1', 20_000)) + new string(']', 500), new JsonDocumentOptions { MaxDepth = 600 }).RootElement;
        var run = _host.Ledger.GetRun("deep");
        await run.AppendAsync([new UntypedEvent("deep", deep), new KitLoaded(new string('x', 2 * FileEvent.MostLetters)), new KitLoaded("small")]);
        var shown = (await run.ReadAllAsync()).Select(FileEvent.Of).ToList();
        var room = new UploadRoom(1);

        shown.Select(one => (one.Json.Length, one.IsCut)).ShouldBe([(41_000 - 1, false), (FileEvent.MostLetters, true), ("{\n  \"kit\": \"small\"\n}".Length, false)]);
        using (room.Enter(() => new TooManyExportsException()))
        {
            Should.Throw<TooManyExportsException>(() => room.Enter(() => new TooManyExportsException()));
        }

        room.Enter(() => new TooManyExportsException()).Dispose();
        (await _client.GetStringAsync("/ledger/api/v1/streams/run:deep/export?format=html")).ShouldContain("This is the beginning of");
    }

    private Task<HttpResponseMessage> SendChangeAsync(string position, string data) => SendFormAsync(
        "/ledger/event?stream=run:kettle&position=8", "/ledger/change", ("stream", "run:kettle"), ("act", "change"), ("position", position), ("data", data), ("name", "what if"));
}
