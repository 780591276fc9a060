using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Projections;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>A new version of a projection is built beside the old one; worlds are stored asynchronously.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task Async_NewVersion_AnswersWhenItHasCaughtUp()
    {
        var newer = new DocumentProjection<ToolUse>("tool-uses", "tool_use", ProjectionSamplesContext.Default.ToolUse) { Version = 2 }
            .On<ToolCalled>(called => called.Tool!, (use, _) => new ToolUse("new", (use?.Calls ?? 0) + 10));
        await using var bench = await DaemonBench.CreateAsync([ProjectionSamples.ToolUses, newer]);
        var old = await bench.StartAsync(postgres: new PostgresOptions { AsyncProjections = [ProjectionSamples.ToolUses] });
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new ToolCalled("saw"), new ToolCalled("saw")]);
        await bench.CaughtUpAsync(ProjectionSamples.ToolUses);
        (await bench.Store.LoadAsync(newer, "saw")).ShouldBe(new ToolUse("tool.called", 2));
        await old.StopAsync();

        await bench.StartAsync();
        await ProjectionDaemonTests.UntilAsync(
            bench, "select count(caught_up_at)::text from ledger.projection_shard where name = 'tool-uses:V2:All'", "1");

        (await bench.Store.LoadAsync(newer, "saw")).ShouldBe(new ToolUse("new", 20));
        (await bench.Store.LoadAsync(ProjectionSamples.ToolUses, "saw")).ShouldBe(new ToolUse("tool.called", 2));
    }

    [Fact]
    public async Task Async_WorldSnapshotEvery_KeepsOneBehindTheAppends()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await bench.StartAsync(new DaemonOptions { WorldSnapshotEvery = 10 });
        var ledger = new AgentLedger(bench.Store);
        var (due, early) = (ledger.GetRun("due"), ledger.GetRun("early"));
        await due.AppendAsync([.. Enumerable.Range(0, 12).Select(n => new ObjectCreated($"o{n}", "Claim"))]);
        await early.AppendAsync([.. Enumerable.Range(0, 9).Select(n => new ObjectCreated($"o{n}", "Claim"))]);
        await bench.Store.AppendAsync(StreamName.Run("broken"), ExpectedVersion.Any, [.. Enumerable.Range(0, 12).Select(_ => new ObjectPatched("none", []))]);

        await ProjectionDaemonTests.UntilAsync(
            bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'ledger:world-snapshots:All'", "33");

        (await due.LoadSnapshotAsync())!.Position.ShouldBe(new Position(12));
        (await early.LoadSnapshotAsync()).ShouldBeNull();
    }
}
