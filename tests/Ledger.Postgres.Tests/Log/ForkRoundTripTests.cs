using Ledger.Conformance.Log;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

public sealed class ForkRoundTripTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly ForkOptions Named = new() { Name = "what if", Metadata = new EventMetadata { Actor = "agent-1" } };

    private AgentLedger Ledger => new(database.Store);

    [Fact]
    public async Task Fork_RunOrBranch_IsOneRoundTrip()
    {
        var run = Ledger.GetRun($"{Guid.NewGuid()}");
        await run.AppendAsync([new KitLoaded("kit"), new KitLoaded("kit")]);
        var branch = await run.ForkAsync(new Position(1));

        (await CountAsync(() => run.ForkAsync(new Position(1)))).ShouldBe(1);
        (await CountAsync(() => run.ForkAsync(new Position(2), Named))).ShouldBe(1);
        (await CountAsync(() => run.ForkAsync())).ShouldBe(1);
        (await CountAsync(() => branch.ForkAsync(Named with { Id = $"{Guid.NewGuid()}" }))).ShouldBe(1);
        (await CountAsync(() => Ledger.ForkAsync(branch.StreamName, new Position(1)))).ShouldBe(1);
    }

    [Fact]
    public async Task Fork_Refused_IsOneRoundTrip()
    {
        var run = Ledger.GetRun($"{Guid.NewGuid()}");
        await run.AppendAsync([new KitLoaded("kit")]);
        var branch = await run.ForkAsync();

        (await CountAsync(() => Should.ThrowAsync<ForkPositionException>(() => run.ForkAsync(new Position(2))))).ShouldBe(1);
        (await CountAsync(() => Should.ThrowAsync<BranchExistsException>(() => run.ForkAsync(Named with { Id = branch.Id })))).ShouldBe(1);
        (await CountAsync(() => Should.ThrowAsync<StreamNotFoundException>(() => Ledger.GetRun($"{Guid.NewGuid()}").ForkAsync()))).ShouldBe(1);
    }

    [Fact]
    public async Task Open_ById_IsOneRoundTrip()
    {
        var id = $"{Guid.NewGuid()}";
        await Ledger.StartRunAsync(id);

        (await CountAsync(() => Ledger.OpenAsync(id))).ShouldBe(1);
    }

    private static async Task<int> CountAsync(Func<Task> call)
    {
        using var trips = new RoundTrips();
        await call();
        return trips.Sent.Count;
    }
}
