using System.Net;
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
    public async Task CompareAndChange_Refusal_SaysWhatToDo(string path, HttpStatusCode status, string text)
    {
        using var answer = await _client.GetAsync(path);

        answer.StatusCode.ShouldBe(status);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(text);
    }

    private Task<HttpResponseMessage> SendChangeAsync(string position, string data) => SendFormAsync(
        "/ledger/event?stream=run:kettle&position=8", "/ledger/change", ("stream", "run:kettle"), ("act", "change"), ("position", position), ("data", data), ("name", "what if"));
}
