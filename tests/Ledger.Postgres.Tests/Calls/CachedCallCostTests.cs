using Ledger.Conformance.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Calls;

/// <summary>What an agent that is run again costs: one read of its history, then one append for each answer.</summary>
public sealed class CachedCallCostTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const int Calls = 100;

    [Fact]
    public async Task RunAgain_ReadsTheHistoryOnce_AndAppendsOncePerAnswer()
    {
        var id = $"{Guid.NewGuid()}";
        (await ExecuteAsync(new AgentLedger(database.Store).GetRun(id))).ShouldBe(Calls);

        using var trips = new RoundTrips();
        (await ExecuteAsync(new AgentLedger(database.Store).GetRun(id))).ShouldBe(0);

        trips.Sent.Count.ShouldBe(Calls + 1);
    }

    [Fact]
    public async Task RunAgain_InAttempts_CostsNoFurtherReads()
    {
        var id = $"{Guid.NewGuid()}";
        await ExecuteAsync(await new AgentLedger(database.Store).GetRun(id).BeginAttemptAsync("turn-1"));
        var run = new AgentLedger(database.Store).GetRun(id);

        using var trips = new RoundTrips();
        (await ExecuteAsync(await run.BeginAttemptAsync("turn-1"))).ShouldBe(0);

        trips.Sent.Count.ShouldBe(Calls + 2);
    }

    private static async Task<int> ExecuteAsync(Run run)
    {
        var made = 0;
        for (var n = 0; n < Calls; n++)
        {
            await run.CallAsync(
                n % 2 == 0 ? "llm" : "tool",
                n % 2 == 0 ? $$"""{"model":"scripted","messages":["step {{n}}"]}""" : """{"tool":"status","arguments":{}}""",
                (_, _) =>
                {
                    made++;
                    return Task.FromResult(CallResponse.OfText($"answer {n}"));
                });
        }

        return made;
    }
}
