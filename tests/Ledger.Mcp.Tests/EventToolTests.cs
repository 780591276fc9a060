using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>The tools on events: pages from both ends, filters, single events in parts, searches.</summary>
public sealed class EventToolTests : IAsyncLifetime
{
    private ToolServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ToolServer.StartAsync();
        var events = Enumerable.Range(0, 250).Select(i => new NewEvent(
            new UntypedEvent(i % 10 == 0 ? "step.begun" : "step.done", JsonElement.Parse($$"""{"n":{{i}},"text":"Wort {{i}}"}""")),
            new EventMetadata { Actor = i % 2 == 0 ? "even" : "odd" }));
        await _server.Ledger.GetRun("r").AppendAsync([.. events]);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Events_AreReadInPagesToTheEnd()
    {
        List<long> read = [];
        long? next = 0;
        while (next is { } from)
        {
            var page = await _server.CallAsync("run_events", $$"""{"run":"r","from":{{from}},"limit":70}""");
            read.AddRange(PositionsOf(page));
            page.GetProperty("length").GetInt64().ShouldBe(250);
            next = NumberOf(page, "next");
        }

        read.ShouldBe(Enumerable.Range(0, 250).Select(i => (long)i));
    }

    [Fact]
    public async Task Events_Last_AreReadBackwardsToTheStart()
    {
        List<long> read = [];
        var to = "";
        while (true)
        {
            var page = await _server.CallAsync("run_events", $$"""{"run":"r","last":70{{to}}}""");
            read.InsertRange(0, PositionsOf(page));
            if (NumberOf(page, "before") is not { } before)
            {
                break;
            }

            to = $",\"to\":{before}";
        }

        read.ShouldBe(Enumerable.Range(0, 250).Select(i => (long)i));
    }

    [Theory]
    [InlineData("", 100)]
    [InlineData(""","types":["step.done"]""", 90)]
    public async Task Events_OfARange_EndWithIt(string filter, int count)
    {
        await _server.Ledger.GetRun("r").AppendAsync([new UntypedEvent("step.done", JsonElement.Parse("{}"))]);
        var later = (await _server.CallAsync("run_event", """{"run":"r","event":"250"}""")).GetProperty("event").GetProperty("recorded_at").GetString();

        (await ReadRangeAsync("\"to\":100")).Count.ShouldBe(count);
        (await ReadRangeAsync($"\"until\":\"{later}\"")).Count.ShouldBe(filter.Length == 0 ? 250 : 225);
        (await ReadRangeAsync("\"to\":0")).ShouldBeEmpty();
        (await ReadRangeAsync("\"to\":1000")).Count.ShouldBe(filter.Length == 0 ? 251 : 226);

        async Task<List<long>> ReadRangeAsync(string end)
        {
            List<long> read = [];
            long? next = 0;
            for (var pages = 0; next is { } from; pages++)
            {
                pages.ShouldBeLessThan(20);
                var page = await _server.CallAsync("run_events", $$"""{"run":"r",{{end}},"from":{{from}},"limit":30{{filter}}}""");
                read.AddRange(PositionsOf(page));
                next = NumberOf(page, "next");
            }

            read.ShouldBeUnique();
            return read;
        }
    }

    [Fact]
    public async Task Events_LastOfARange_LeadOnlyBackwards()
    {
        var page = await _server.CallAsync("run_events", """{"run":"r","last":30,"to":100}""");

        PositionsOf(page).ShouldBe(Enumerable.Range(70, 30).Select(i => (long)i));
        (NumberOf(page, "next"), NumberOf(page, "before")).ShouldBe((null, 70));
    }

    [Theory]
    [InlineData(""" "types":["step.begun"],"last":3 """, "220,230,240")]
    [InlineData(""" "types":["step.b*"],"actor":"even","limit":2 """, "0,10")]
    [InlineData(""" "types":["step.begun"],"from":15,"to":40 """, "20,30")]
    [InlineData(""" "text":"WORT 24","limit":4 """, "24,240,241,242")]
    [InlineData(""" "actor":"odd","last":2 """, "247,249")]
    [InlineData(""" "types":["nothing"] """, "")]
    [InlineData(""" "types":["nothing"],"last":5 """, "")]
    [InlineData(""" "since":"2001-01-01T00:00:00+02:00","last":1 """, "249")]
    [InlineData(""" "since":"2201-01-01T00:00:00Z" """, "")]
    [InlineData(""" "until":978307200000 """, "")]
    public async Task Events_Filtered(string filter, string positions) =>
        string.Join(',', PositionsOf(await _server.CallAsync("run_events", $$"""{"run":"r",{{filter}}}"""))).ShouldBe(positions);

    [Fact]
    public async Task Times_WithoutAZone_AreRefused() =>
        (await _server.RefusedAsync("run_events", """{"run":"r","since":"2026-11-29T09:30:00"}""")).ShouldBe(
            "The tool 'run_events' does not accept these arguments: 'since' cannot be read: A time is ISO 8601 with a zone, such as 2026-11-29T09:30:00Z. Nothing was done.");

    [Fact]
    public async Task Event_ByPositionAndId()
    {
        var byPosition = (await _server.CallAsync("run_event", """{"run":"r","event":"17"}""")).GetProperty("event");
        var byId = (await _server.CallAsync("run_event", $$"""{"run":"r","event":"{{byPosition.GetProperty("event_id").GetString()}}"}""")).GetProperty("event");

        byPosition.GetProperty("data").GetProperty("n").GetInt32().ShouldBe(17);
        JsonElement.DeepEquals(byId, byPosition).ShouldBeTrue();
        (await _server.RefusedAsync("run_event", """{"run":"r","event":"250"}""")).ShouldBe("'run:r' has 250 events, so there is none at position 250.");
        (await _server.RefusedAsync("run_event", """{"run":"r","event":"x"}""")).ShouldBe("'run:r' has no event 'x'.");
    }

    [Fact]
    public async Task Event_TooLongForAnAnswer_IsListedWithoutItsDataAndReadInParts()
    {
        var text = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{i} 🫖 "));
        var data = JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["text"] = text, ["list"] = new[] { "a", "b" } });
        await _server.Ledger.GetRun("long").AppendAsync([new UntypedEvent("note", data), new UntypedEvent("note", JsonElement.Parse("{}"))]);

        var page = await _server.CallAsync("run_events", """{"run":"long"}""");
        page.GetProperty("events").GetArrayLength().ShouldBe(2);
        page.GetProperty("events")[0].GetProperty("data").ValueKind.ShouldBe(JsonValueKind.Null);
        page.GetProperty("events")[0].GetProperty("data_omitted").GetInt64().ShouldBeGreaterThan(200_000);

        var read = "";
        long? next = 0;
        while (next is { } from)
        {
            var part = (await _server.CallAsync("run_event", $$"""{"run":"long","event":"0","path":"/text","from":{{from}}}""")).GetProperty("part");
            read += part.GetProperty("text").GetString();
            part.GetProperty("length").GetInt32().ShouldBe(text.Length);
            next = NumberOf(part, "next");
        }

        read.ShouldBe(text);
        (await _server.CallAsync("run_event", """{"run":"long","event":"0","path":"/list/1"}""")).GetProperty("part").GetProperty("text").GetString().ShouldBe("b");
        (await _server.CallAsync("run_event", """{"run":"long","event":"0"}""")).GetProperty("part").GetProperty("text").GetString()!.Length.ShouldBeGreaterThan(30_000);
        (await _server.RefusedAsync("run_event", """{"run":"long","event":"0","path":"/list/2"}""")).ShouldStartWith("There is no value at '/list/2'.");
    }

    [Fact]
    public async Task Events_ManyBytes_EndAPageEarly()
    {
        var data = JsonSerializer.SerializeToElement(new string('x', 50_000));
        await _server.Ledger.GetRun("wide").AppendAsync([.. Enumerable.Range(0, 10).Select(_ => new UntypedEvent("note", data))]);

        var first = await _server.CallAsync("run_events", """{"run":"wide"}""");
        PositionsOf(first).ShouldBe([0, 1]);
        NumberOf(first, "next").ShouldBe(2);
        var last = await _server.CallAsync("run_events", """{"run":"wide","last":10}""");
        PositionsOf(last).ShouldBe([8, 9]);
        NumberOf(last, "before").ShouldBe(8);
    }

    [Fact]
    public async Task Search_ReturnsExcerpts()
    {
        var page = await _server.CallAsync("run_search", """{"run":"r","text":"wort 24","limit":2}""");

        var hit = page.GetProperty("hits")[1];
        hit.GetProperty("position").GetInt64().ShouldBe(240);
        hit.GetProperty("type").GetString().ShouldBe("step.begun");
        hit.GetProperty("excerpt").GetString()!.ShouldContain("Wort 240");
        NumberOf(page, "next").ShouldBe(241);
        (await _server.CallAsync("run_search", """{"run":"r","text":"wort 24","from":241}""")).GetProperty("hits").GetArrayLength().ShouldBe(9);
    }

    [Fact]
    public async Task Search_AcrossRuns_ByToolObjectAndCost_TheLastFirst()
    {
        await _server.Ledger.GetRun("dear").AppendAsync([new ToolCalled("sonar", JsonElement.Parse("""{"quay":"north"}""")), new LlmResponse("Deep.", "m", 3)]);
        await _server.Ledger.GetRun("cheap").AppendAsync([new ObjectCreated("quay-9", "Quay"), new ToolCalled("sonar", JsonElement.Parse("""{"quay":"south"}"""))]);

        async Task<IEnumerable<string?>> StreamsAsync(string json) =>
            (await _server.CallAsync("log_search", json)).GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("stream").GetString());
        (await StreamsAsync("""{"tool":"sonar"}""")).ShouldBe(["run:cheap", "run:dear"]);
        (await StreamsAsync("""{"tool":"sonar","where":"quay=north"}""")).ShouldBe(["run:dear"]);
        (await StreamsAsync("""{"types":["tool.*"],"tool":"sonar","min_cost_usd":2.5}""")).ShouldBe(["run:dear"]);
        (await StreamsAsync("""{"tool":"sonar","max_cost_usd":2.5,"min_seconds":0}""")).ShouldBe(["run:cheap"]);
        (await StreamsAsync("""{"object":"quay-9"}""")).ShouldBe(["run:cheap"]);
        var first = await _server.CallAsync("log_search", """{"tool":"sonar","limit":1}""");
        first.GetProperty("hits")[0].GetProperty("excerpt").GetString()!.ShouldContain("south");
        (await StreamsAsync($$"""{"tool":"sonar","before":{{NumberOf(first, "next")}}}""")).ShouldBe(["run:dear"]);
    }

    [Fact]
    public async Task Trace_CausesAndEffects_InPages()
    {
        var run = _server.Ledger.GetRun("chain");
        Guid? cause = null;
        for (var i = 0; i < 5; i++)
        {
            var made = new NewEvent(new UntypedEvent("step", JsonElement.Parse("{}")), new EventMetadata { Causes = cause is { } before ? [before] : [] });
            await run.AppendAsync([made]);
            cause = made.Id;
        }

        var first = (await run.ReadAllAsync())[0].Id;
        var causes = await _server.CallAsync("run_trace", $$"""{"run":"chain","event_id":"{{cause}}","limit":3}""");
        (causes.GetProperty("trace").GetProperty("entries").GetArrayLength(), NumberOf(causes, "next"), NumberOf(causes, "total")).ShouldBe((3, 3, 5));
        var rest = await _server.CallAsync("run_trace", $$"""{"run":"chain","event_id":"{{cause}}","skip":3}""");
        (rest.GetProperty("trace").GetProperty("entries").GetArrayLength(), NumberOf(rest, "next")).ShouldBe((2, (long?)null));
        var effects = await _server.CallAsync("run_trace", $$"""{"run":"chain","event_id":"{{first}}","direction":"effects"}""");
        effects.GetProperty("trace").GetProperty("entries").GetArrayLength().ShouldBe(5);
    }

    private static IEnumerable<long> PositionsOf(JsonElement page) =>
        page.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("position").GetInt64());

    private static long? NumberOf(JsonElement page, string member) => page.TryGetProperty(member, out var value) ? value.GetInt64() : null;
}
