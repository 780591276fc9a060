using Ledger.Conformance.Decorators;
using Ledger.Conformance.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What a call costs that is recorded: two appends, and a read of the history only where another writer is at work on it.</summary>
public abstract class CallRoundTripTests(ITestEngine engine) : EventStoreTests(engine)
{
    // A refusal is followed by so many calls that look first.
    private const int LookFirst = 8;

    [Fact]
    public async Task Call_AloneOnItsRun_TakesTheRoundTripsOfTwoAppends()
    {
        var run = Runs.GetRun(NewId());
        await CallAsync(run, "0");
        await run.AppendAsync([Labelled("before")]);

        using var append = new RoundTrips();
        await run.AppendAsync([Labelled("one")]);
        var ofAppend = append.Sent.Count;
        append.Dispose();
        using var calls = new RoundTrips();
        for (var n = 1; n <= 5; n++)
        {
            await CallAsync(run, $"{n}");
        }

        calls.Sent.Count.ShouldBe(5 * 2 * ofAppend);
    }

    [Theory]
    [InlineData(CallReuse.Once)]
    [InlineData(CallReuse.ByOccurrence)]
    [InlineData(CallReuse.Never)]
    public async Task Call_BetweenOwnAppends_ReadsNothing(CallReuse reuse)
    {
        var store = new CountingStore(Store);
        var run = await ForkAsync(new AgentLedger(store).GetRun(NewId()));
        await CallAsync(run, "0", reuse);
        var reads = store.HistoryReads;

        for (var n = 1; n <= 5; n++)
        {
            await run.AppendAsync([Labelled("a"), Labelled("b")]);
            await run.AppendValidatedAsync([new ObjectCreated($"o{n}", "Claim", new System.Text.Json.Nodes.JsonObject())]);
            await CallAsync(run, $"{n}", reuse);
        }

        store.HistoryReads.ShouldBe(reads);
        var branch = await new AgentLedger(Store).OpenAsync(run.StreamName);
        (await branch.GetUsageAsync()).SinceFork!.Calls.ShouldBe(6);
        (await branch.ListOpenCallsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Call_AfterMoreOwnEventsThanAreKept_ReadsThem()
    {
        var store = new CountingStore(Store);
        var run = new AgentLedger(store).GetRun(NewId());
        await CallAsync(run, "0");
        await run.AppendAsync(Events(100));
        var reads = store.HistoryReads;

        await CallAsync(run, "1");
        await CallAsync(run, "2");

        store.HistoryReads.ShouldBe(reads + 1);
    }

    [Fact]
    public async Task Call_BesideAnotherWriter_IsRefusedOnceAndThenLooksFirst()
    {
        var store = new CountingStore(Store);
        var run = new AgentLedger(store).GetRun(NewId());
        await CallAsync(run, "0");
        await Runs.GetRun(run.Id).AppendAsync([Labelled("of another")]);
        var (appends, reads) = (store.Appends, store.HistoryReads);

        await CallAsync(run, "1");
        (store.Appends - appends, store.HistoryReads - reads).ShouldBe((3, 1));
        for (var n = 0; n < LookFirst; n++)
        {
            await CallAsync(run, $"look {n}");
        }

        (store.Appends - appends, store.HistoryReads - reads).ShouldBe((3 + (2 * LookFirst), 1 + LookFirst));
        await CallAsync(run, "alone again");
        (store.Appends - appends, store.HistoryReads - reads).ShouldBe((5 + (2 * LookFirst), 1 + LookFirst));
        (await run.ReadAllAsync()).Count.ShouldBe(1 + (2 * (3 + LookFirst)));
    }

    private static async Task<Run> ForkAsync(Run parent)
    {
        await parent.AppendAsync(Events(3));
        return await parent.ForkAsync(new Position(2));
    }

    private static async Task CallAsync(Run run, string question, CallReuse reuse = CallReuse.Once)
    {
        var made = await run.CallAsync("llm", $"\"{question}\"", (_, _) => Task.FromResult(CallResponse.OfText("answer")), new CallOptions { Reuse = reuse });
        made.IsFromLog.ShouldBeFalse();
    }
}
