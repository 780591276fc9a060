using System.Reflection;
using System.Text.Json;
using Ledger.Explorer.Pictures;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>What pages say of which they show only a part.</summary>
public sealed class PartsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Step_AcrossTwoParts_IsInTheFirstWithItsEnd_AndTheClockStays()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        using var client = host.CreateClient();
        var asked = new NewEvent(new LlmRequest(Model: "small"), new EventMetadata { OccurredAt = Start });
        var run = host.Ledger.GetRun("long");
        await run.AppendAsync([.. Enumerable.Range(0, 4_999).Select(i => new NewEvent(new KitLoaded($"{i}"))), asked]);
        await run.AppendAsync(
        [
            new NewEvent(new LlmResponse("Yes.", "small", 0.5m), new EventMetadata { Causes = [asked.Id], OccurredAt = Start.AddSeconds(3) }),
            new NewEvent(new ToolCalled("sonar")),
        ]);

        var first = await ReadAsync(client, "/ledger/api/v1/streams/run:long/steps");
        var second = await ReadAsync(client, $"/ledger/api/v1/streams/run:long/steps?from={first.GetProperty("next").GetInt64()}");

        var step = first.GetProperty("steps").EnumerateArray().ShouldHaveSingleItem();
        (step.GetProperty("state").GetString(), step.GetProperty("duration_ms").GetDouble(), step.GetProperty("cost_usd").GetDecimal()).ShouldBe(("done", 3_000, 0.5m));
        first.GetProperty("next").GetInt64().ShouldBe(5_000);
        second.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("name").GetString()).ShouldBe(["sonar"]);
        (await client.GetStringAsync("/ledger/run/steps?stream=run:long")).ShouldContain("from=5000&amp;clock=occurred");
    }

    [Fact]
    public async Task CallOfATask_AcrossTwoParts_IsInTheFirst()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        using var client = host.CreateClient();
        var ofTask = new EventMetadata { CallId = "c1" };
        await host.Ledger.GetRun("long").AppendAsync([.. Enumerable.Range(0, 5_002).Select(i => new NewEvent(new KitLoaded($"{i}"), i is 0 or 5_001 ? ofTask : null))]);

        var first = await ReadAsync(client, "/ledger/api/v1/streams/run:long/steps");
        var second = await ReadAsync(client, "/ledger/api/v1/streams/run:long/steps?from=5000");

        first.GetProperty("steps").EnumerateArray().ShouldHaveSingleItem().GetProperty("end_position").GetInt64().ShouldBe(5_001);
        second.GetProperty("steps").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task RunsThatAreNotKnownYet_AreSaid_WhereRunsAreSearchedOrAddedUp()
    {
        var store = DispatchProxy.Create<IEventStore, BehindStore>();
        await using var host = await ExplorerHost.StartAsync(store);
        using var client = host.CreateClient();

        (await client.GetStringAsync("/ledger/search?status=failed")).ShouldContain("before the last 7 events of the log");
        (await ReadAsync(client, "/ledger/api/v1/search?label=x")).GetProperty("behind").GetInt64().ShouldBe(7);
        (await client.GetStringAsync("/ledger/totals")).ShouldContain("Up to 7 events at the end of the log are not in these totals yet.");
        (await ReadAsync(client, "/ledger/api/v1/runs/totals")).GetProperty("behind").GetInt64().ShouldBe(7);
    }

    [Fact]
    public async Task Totals_LinkToTheRunsThatTheyCount()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        using var client = host.CreateClient();
        await host.Ledger.GetRun("kettle").AppendAsync([new KitLoaded("x")]);
        var today = (await host.Ledger.GetRun("kettle").GetSummaryAsync())!.UpdatedAt.UtcDateTime.Date;

        var page = await client.GetStringAsync($"/ledger/totals?text=kettle&state=open&since={today:yyyy-MM-dd}T00:00:00.001Z");

        page.ShouldContain($"since={today:yyyy-MM-dd}T00%3A00%3A00.001Z");
        page.ShouldNotContain($"since={today:yyyy-MM-dd}T00%3A00Z");
        page.ShouldContain("by=model&amp;kind=runs&amp;text=kettle&amp;state=open");
        page.ShouldContain("name=\"text\" value=\"kettle\"");
    }

    [Fact]
    public async Task Compare_OfAPart_SaysThatItsCostIsThatOfTheWholeRun()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        using var client = host.CreateClient();
        var run = host.Ledger.GetRun("a");
        await run.AppendAsync([new KitLoaded("x"), new LlmResponse("Yes.", "m", 2)]);
        await run.ForkAsync(new Position(1), new ForkOptions { Id = "b" });

        (await client.GetStringAsync("/ledger/diff?a=run:a&b=branch:b")).ShouldNotContain("Of the whole");
        (await client.GetStringAsync("/ledger/diff?a=run:a&at_a=1&b=branch:b")).ShouldContain("Of the whole run, not only of what is compared");
    }

    [Fact]
    public async Task Timeline_HasMergesIntoOtherBranches_AndDrawsNearOnesOnce()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = ledger.GetRun("r");
        await run.AppendAsync([new ObjectCreated("o", "Claim")]);
        var (a, b) = (await run.ForkAsync(new Position(1)), await run.ForkAsync(new Position(1)));
        await a.AppendAsync([new ObjectCreated("p", "Claim")]);
        await b.MergeAsync(a);

        var (joins, isCut) = await TimelineJoins.ReadAsync(ledger, a, CancellationToken.None);

        var join = joins.ShouldHaveSingleItem();
        (join.Other, join.IsIncoming, isCut).ShouldBe((b.StreamName, false, false));
        var many = Enumerable.Range(0, 5_000).Select(i => join with { At = new Position(i) }).ToList();
        var counts = await LogSearch.Of(ledger.Store).CountEventsAsync(a.History, Position.Start, new Position(2), TimelinePicture.Slices);
        var svg = TimelinePicture.Draw(counts, Position.Start, new Position(5_000), byActor: false, PictureFrame.File, many);
        (svg.Split("class=\"join ").Length - 1).ShouldBe(240);
        svg.ShouldContain("and 20 more near it");
    }

    private static async Task<JsonElement> ReadAsync(HttpClient client, string path) => JsonElement.Parse(await client.GetStringAsync(path));

    /// <summary>A store whose summaries lack the last events.</summary>
    public class BehindStore : DispatchProxy
    {
        private readonly MemoryEventStore _inner = new();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod is { Name: "Get", IsGenericMethod: true } && targetMethod.GetGenericArguments()[0] == typeof(IRunSummaries)
                ? new BehindSummaries(new AgentLedger(_inner).Summaries)
                : targetMethod!.Invoke(_inner, args);
    }

    private sealed class BehindSummaries(IRunSummaries inner) : IRunSummaries
    {
        public Task<RunSummary?> FindAsync(StreamName stream, CancellationToken cancellationToken = default) => inner.FindAsync(stream, cancellationToken);

        public Task<IReadOnlyList<RunSummary>> FindAllAsync(
            IReadOnlyCollection<StreamName> streams, long mostEvents = long.MaxValue, CancellationToken cancellationToken = default) =>
            inner.FindAllAsync(streams, mostEvents, cancellationToken);

        public async Task<RunPage> QueryAsync(RunQuery query, CancellationToken cancellationToken = default) =>
            await inner.QueryAsync(query, cancellationToken) with { Behind = 7 };

        public Task<IReadOnlyList<RunTotals>> AddUpAsync(RunQuery query, RunGrouping by, CancellationToken cancellationToken = default) =>
            inner.AddUpAsync(query, by, cancellationToken);

        public Task CatchUpAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
