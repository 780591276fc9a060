using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Tests.Schema;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Rebuilding;

/// <summary>Ledger's own rows are rebuilt stream by stream.</summary>
public sealed class InPlaceRebuildTests
{
    [Fact]
    public async Task Run_OfNamedStreams_TakesSomeThousandEventsAtATimeInTheOrderOfTheNames()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await using var store = new PostgresEventStore(database.DataSource, database.Options);
        var ledger = new AgentLedger(store);
        foreach (var (id, events) in ((string, int)[])[("c", 9_000), ("a", 500), ("b", 600)])
        {
            await ledger.GetRun(id).AppendAsync([.. Enumerable.Range(0, events).Select(i => new ObjectCreated($"o{i}", "claim", []))]);
        }

        await database.ExecuteAsync("update ledger.world_object set type = 'wrong'");
        var done = new List<long>();
        var world = LedgerProjections.Worlds(database.Options.Schemas);

        await new InPlaceRebuild(database.DataSource, database.Options, world, world.Rebuild!, parallelism: 1, new Reports(done))
            .RunAsync(["run:c", "run:a", "run:b"], CancellationToken.None);

        done.ShouldBe([9_500, 10_100]);
        (await database.AskAsync<long>("select count(*) from ledger.world_object where type = 'claim'")).ShouldBe(10_100);
    }

    private sealed class Reports(List<long> done) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => done.Add(value.Events);
    }
}
