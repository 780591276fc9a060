using Ledger.Explorer.Api;
using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Pages that are cut from lists, and answers that are too long to be held back.</summary>
public sealed class PagingTests
{
    [Fact]
    public void Page_AfterAnItemThatIsGone_GoesOnAfterItsPlace()
    {
        List<(long Number, string Id)> items = [(1, "a"), (2, "b"), (2, "c"), (2, "d"), (3, "a")];

        var (first, next) = PageOf(items, 3, null);
        first.Select(item => item.Id).ShouldBe(["a", "b", "c"]);
        next.ShouldBe("2:c");
        items.Remove((2, "c"));
        var (second, last) = PageOf(items, 3, next);

        second.ShouldBe([(2, "d"), (3, "a")]);
        last.ShouldBeNull();
        Should.Throw<BadRequestException>(() => PageOf(items, 3, "c")).Message.ShouldBe("'after' must be the 'next' of the previous page.");
    }

    [Fact]
    public async Task Answer_OfMoreThanFourMebibytes_IsSentWithoutATag_AndWhole()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        await host.Ledger.GetRun("long").AppendAsync([.. Enumerable.Range(0, 300).Select(i => new KitLoaded($"{i} {new string('x', 15_000)}"))]);
        var client = host.CreateClient();

        using var all = await client.GetAsync("/ledger/api/v1/log?limit=1000", HttpCompletionOption.ResponseHeadersRead);
        using var some = await client.GetAsync("/ledger/api/v1/log?limit=100");

        all.Headers.ETag.ShouldBeNull();
        (await all.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(300);
        some.Headers.ETag.ShouldNotBeNull();
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Place_MalformedOrGivenTwice_IsRefused()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        var client = host.CreateClient();
        foreach (var address in new[]
        {
            "/ledger/api/v1/projects?after=x", "/ledger/api/v1/projects?after=1&skip=1", "/ledger/api/v1/runs?after=x", "/ledger/api/v1/runs?after=1&skip=1",
            "/ledger/api/v1/runs?after=x&skip=1", "/ledger/api/v1/runs?status=done&after=0", "/ledger/?after=1&skip=0",
        })
        {
            (await client.GetAsync(address)).StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest, address);
        }

        (await client.GetAsync("/ledger/api/v1/projects?after=1")).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tag_ComparedWeakly_OrWithAny_IsKnown_AndVaryKeepsWhatItHad()
    {
        await using var host = await ExplorerHost.StartAsync(new MemoryEventStore(), map: (application, _) => application.Use((http, next) =>
        {
            http.Response.Headers.Vary = "Origin";
            return next(http);
        }));
        await SampleRun.WriteAsync(host.Ledger);
        var client = host.CreateClient();
        foreach (var address in new[] { "/ledger/api/v1/runs", "/ledger/api/v1/streams/run:kettle/events" })
        {
            using var first = await client.GetAsync(address);
            first.Headers.Vary.ShouldBe(["Origin", "Accept"], ignoreOrder: true);
            var tag = first.Headers.ETag!.Tag;
            foreach (var (known, status) in new[] { (tag, 304), ($"\"x\", W/{tag}", 304), ("*", 304), ("W/\"x\"", 200) })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.TryAddWithoutValidation("If-None-Match", known);
                using var answer = await client.SendAsync(request);
                ((int)answer.StatusCode).ShouldBe(status, $"{address} {known}");
            }
        }
    }

    private static (IReadOnlyList<(long Number, string Id)> Page, string? Next) PageOf(List<(long Number, string Id)> items, int limit, string? after)
    {
        var values = new Dictionary<string, StringValues> { ["limit"] = $"{limit}", ["after"] = after };
        return Paging.Of(new Query(new QueryCollection(values)), items, item => item.Number, item => item.Id);
    }
}
