using Ledger.Log;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tests.Projections.Daemon;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Hosting;

public sealed class LedgerHealthCheckTests
{
    [Fact]
    public async Task Check_ShardsThatRunLagPauseAndFail_SaysSo()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits, Conformance.Projections.ProjectionSamples.Tallies]);
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);
        var node = await bench.StartAsync(new DaemonOptions { Retries = 0, NodeName = "here" });
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1")]);
        await bench.CaughtUpAsync();
        (await CheckAsync(admin)).ShouldBe("Healthy The database answers, and everything keeps up.");

        // The index of the search, of which nothing has been written: what it lacks, searches find without it.
        await bench.Database.ExecuteAsync("insert into ledger.projection_shard (name, kind, state) values ('ledger:search:All', 'search', 'paused')");
        await bench.Database.ExecuteAsync("insert into ledger.mt_event_progression (name, last_seq_id) values ('ledger:search:All', 0)");
        (await CheckAsync(admin, TimeSpan.Zero)).ShouldBe("Healthy The database answers, and everything keeps up.");
        await bench.Database.ExecuteAsync("update ledger.projection_shard set state = 'failed', error = 'The disk is broken.' where name = 'ledger:search:All'");
        (await CheckAsync(admin)).ShouldBe("Degraded 'ledger:search' has stopped: The disk is broken.");
        await bench.Database.ExecuteAsync("update ledger.projection_shard set state = 'running' where name = 'ledger:search:All'");

        await admin.PauseAsync("kits");
        (await CheckAsync(admin)).ShouldBe("Degraded 'kits' is paused.");
        await admin.ResumeAsync("kits");

        await node.StopAsync();
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("poison")]);
        (await CheckAsync(admin, TimeSpan.Zero)).ShouldMatch("^Degraded 'kits' is [0-9.]+ s behind, and no node runs it\\.$");

        await bench.StartAsync(new DaemonOptions { Retries = 0 });
        await ProjectionDaemonTests.UntilAsync(bench, "select state from ledger.projection_shard where name = 'tally:All'", "failed");
        (await CheckAsync(admin)).ShouldBe("Unhealthy 'tally' has stopped at event 2: The kit is poisoned.");
    }

    [Fact]
    public async Task Check_NoServer_IsUnhealthy()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x");

        (await CheckAsync(new ProjectionAdmin(nowhere))).ShouldStartWith("Unhealthy The server cannot be reached:");
    }

    private static async Task<string> CheckAsync(ProjectionAdmin admin, TimeSpan? mostLag = null)
    {
        var result = await new LedgerHealthCheck(admin, mostLag).CheckHealthAsync(new HealthCheckContext());
        return $"{result.Status} {result.Description}";
    }
}
