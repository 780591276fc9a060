using System.Net;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Live;

/// <content>Clients that are far behind, slow, or want only a part.</content>
public sealed partial class LiveTests
{
    private const string Events = "/ledger/api/v1/streams/run:live/events";

    [Theory]
    [InlineData("?from=0", null, 0)]
    [InlineData("?from=2", null, 2)]
    [InlineData("", "1", 1)]
    [InlineData("?from=0&limit=1", null, 0)]
    [InlineData("?from=0&limit=1000", null, 0)]
    public async Task Follow_FarBehind_GetsEveryEventInBatches(string query, string? lastEventId, int first)
    {
        await AppendAsync(1_000);
        using var viewer = await Viewer.OpenAsync(_client, Events + query, lastEventId);

        (await viewer.PositionsAsync(1_002 - first)).ShouldBe(Enumerable.Range(first, 1_002 - first));
        await AppendAsync(1);
        (await viewer.PositionsAsync(1)).ShouldBe([1_002]);
    }

    [Fact]
    public async Task Follow_Batches_FollowOneAnotherWithoutAGap()
    {
        using var viewer = await Viewer.OpenAsync(_client, Events + "?from=0");
        await AppendAsync(1_000);

        for (var at = 0L; at < 1_002;)
        {
            var message = await viewer.NextAsync();
            message.GetProperty("from").GetInt64().ShouldBe(at);
            at = message.GetProperty("length").GetInt64();
            message.GetProperty("events").GetArrayLength().ShouldBe((int)(at - message.GetProperty("from").GetInt64()));
        }
    }

    [Fact]
    public async Task Follow_ClientThatDoesNotRead_GetsEveryEventWhenItDoes()
    {
        using var slow = await Viewer.OpenAsync(_client, Events + "?from=2");
        using var quick = await Viewer.OpenAsync(_client, Events + "?from=2");
        for (var i = 0; i < 20; i++)
        {
            await AppendAsync(1_000);
        }

        (await quick.PositionsAsync(20_000)).ShouldBe(Enumerable.Range(2, 20_000));
        (await slow.PositionsAsync(20_000)).ShouldBe(Enumerable.Range(2, 20_000));
    }

    [Theory]
    [InlineData("type=tool.called")]
    [InlineData("type=tool.*&actor=ann")]
    [InlineData("text=HAMMER")]
    [InlineData("actor=ann&limit=3")]
    public async Task Follow_Filter_SendsThoseAlone(string filter)
    {
        using var viewer = await Viewer.OpenAsync(_client, $"{Events}?from=0&{filter}");
        for (var i = 0; i < 5; i++)
        {
            await AppendAsync(300);
            await _host.Ledger.GetRun("live").AppendAsync([new NewEvent(new ToolCalled("hammer"), new EventMetadata { Actor = "ann" })]);
        }

        (await viewer.PositionsAsync(5)).ShouldBe([302, 603, 904, 1_205, 1_506]);
    }

    [Theory]
    [InlineData("to=5")]
    [InlineData("until=2030-01-01")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("lmit=2")]
    public async Task Follow_WhatCannotBeHonoured_IsRefused(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Events}?{query}");
        request.Headers.Accept.Add(new("text/event-stream"));
        using var answer = await _client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Follow_PageFarBehind_IsToldWhatItDoesNotShow_AndGetsTheRest()
    {
        await AppendAsync(5_000);
        using var viewer = await Viewer.OpenAsync(_client, "/ledger/live?stream=run:live&from=0");

        var first = await viewer.NextAsync();
        first.GetProperty("length").GetInt64().ShouldBe(3_002);
        first.GetProperty("count").GetInt64().ShouldBe(3_002);
        first.GetProperty("html").GetString()!.ShouldContain("3,002 events");
        for (var at = 3_002L; at < 5_002;)
        {
            var next = await viewer.NextAsync();
            next.GetProperty("html").GetString()!.ShouldContain($"id=\"p{at}\"");
            at = next.GetProperty("length").GetInt64();
        }
    }

    [Fact]
    public async Task Follow_PageThatShowsNoEvents_GetsLengthsAlone()
    {
        await AppendAsync(5_000);
        using var viewer = await Viewer.OpenAsync(_client, "/ledger/live?stream=run:live&from=0&show=length");

        var message = await viewer.NextAsync();

        message.GetProperty("length").GetInt64().ShouldBe(5_002);
        message.GetProperty("html").GetString().ShouldBeEmpty();
    }

    private Task<Position> AppendAsync(int count) =>
        _host.Ledger.GetRun("live").AppendAsync([.. Enumerable.Range(0, count).Select(i => new KitLoaded($"more {i}"))]);
}
