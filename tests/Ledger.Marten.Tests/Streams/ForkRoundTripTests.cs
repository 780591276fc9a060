using Ledger.Conformance.Log;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Streams;

public sealed class ForkRoundTripTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    // The parent's history; the locks and the look at the branch under them; Marten's save; the rows and the projections before the commit.
    [Fact]
    public async Task Fork_TakesFourRoundTrips()
    {
        var run = new AgentLedger(await database.CreateStoreAsync()).GetRun("a");
        await run.AppendAsync([new KitLoaded("kit"), new KitLoaded("kit")]);
        await run.ForkAsync(new Position(1));

        using var trips = new RoundTrips();
        await run.ForkAsync(new Position(1), new ForkOptions { Id = "b", Name = "what if" });

        trips.Sent.Count.ShouldBe(4, string.Join("\n----\n", trips.Sent));
    }
}
