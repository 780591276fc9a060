using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>Projections can be listed, stopped and rebuilt.</summary>
public sealed class ProjectionAdminTests
{
    [Fact]
    public async Task List_ShardsThatRunFailAndRest_SaysHowEachIs()
    {
        await using var bench = await DaemonBench.CreateAsync();
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);
        var node = await bench.StartAsync(new DaemonOptions { NodeName = "here", Retries = 0 });
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1"), new KitLoaded("poison"), new KitLoaded("2")]);
        await bench.CaughtUpAsync(DaemonBench.Kits);
        await ProjectionDaemonTests.UntilAsync(bench, "select state from ledger.projection_shard where name = 'tally:All'", "failed");
        await ProjectionDaemonTests.UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'tool-uses:All'", "3");

        var running = await admin.ListAsync();
        await node.StopAsync();
        var stopped = await admin.ListAsync();

        running.Select(s => $"{s.Name} {s.Kind} {s.State} {s.Position} {s.Lag} {s.Owner} {s.Error} {s.ErrorSequence}").ShouldBe(
        [
            "kits:All rows Running 3 0 here  ",
            "tally:All snapshot Failed 1 2 here The kit is poisoned. 2",
            "tool-uses:All documents Running 3 0 here  ",
        ]);
        running[1].LagTime.ShouldBeGreaterThan(TimeSpan.Zero);
        stopped.ShouldAllBe(s => s.Owner == null);
    }

    [Fact]
    public async Task Pause_RunningShard_StopsItUntilItIsResumed()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);
        await bench.StartAsync();
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1")]);
        await bench.CaughtUpAsync();

        await admin.PauseAsync("kits");

        // The node hears of it a moment later. From then on it has nothing, for as long as one looks.
        const string Position = "select last_seq_id from ledger.mt_event_progression where name = 'kits:All'";
        using var patience = new CancellationTokenSource(DaemonBench.Patience);
        for (var still = 0; still < 2;)
        {
            patience.Token.ThrowIfCancellationRequested();
            var before = await bench.Database.ScalarAsync<long>(Position);
            await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("2")]);
            await bench.Store.WaitForNonStaleAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            still = await bench.Database.ScalarAsync<long>(Position) == before ? still + 1 : 0;
        }

        (await admin.ListAsync()).ShouldHaveSingleItem().State.ShouldBe(ShardState.Paused);
        await admin.ResumeAsync("kits:All");
        await bench.CaughtUpAsync();

        (await Should.ThrowAsync<ProjectionNotFoundException>(() => admin.PauseAsync("kit"))).Message
            .ShouldBe("There is no projection 'kit' here. These are known: kits.");
    }

    [Fact]
    public async Task Rebuild_RowsOfWorlds_GivesTheSameRows()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var store = new Postgres.PostgresEventStore(
            bench.Database.DataSource, new PostgresOptions { WorldRows = WorldRows.Inline });
        for (var i = 0; i < 20; i++)
        {
            await store.AppendAsync(
                StreamName.Run($"{i}"), ExpectedVersion.Any, [new ObjectCreated("a", "Claim"), new RelationCreated("r", "is", "a", "a"), new ObjectRemoved("a")]);
        }

        const string Rows = """
            select concat_ws(E'\n',
                (select string_agg(w::text, E'\n' order by stream, id) from ledger.world_object as w),
                (select string_agg(w::text, E'\n' order by stream, id) from ledger.world_object_past as w),
                (select string_agg(w::text, E'\n' order by stream, id) from ledger.world_relation as w),
                (select string_agg(w::text, E'\n' order by stream) from ledger.world_head as w))
            """;
        var before = await bench.Database.ScalarAsync<string>(Rows);
        await bench.Database.ExecuteAsync("update ledger.world_object set type = 'wrong'");
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);
        var last = default(RebuildProgress);

        await admin.RebuildAsync("world", StreamName.Run("3"));
        (await bench.Database.ScalarAsync<long>("select count(*) from ledger.world_object where type = 'wrong'")).ShouldBe(19);
        await admin.RebuildAsync("ledger:world", progress: new Highest(p => last = p));

        (await bench.Database.ScalarAsync<string>(Rows)).ShouldBe(before);
        last.ShouldBe(new RebuildProgress(60, 60));
    }

    [Fact]
    public async Task Rebuild_RowsOfRecordStores_GivesTheSameRows()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        foreach (var project in (string[])["a", "b", "c:d"])
        {
            await using var store = new ChronoStore(bench.Store, project);
            await store.UpsertManyAsync(Enumerable.Range(0, 20).Select(i => new ChronoRecord { Id = $"R-{i}", Label = $"Says {i}" }));
            await store.DeleteAsync("R-7");
        }

        await using var compacted = new ChronoStore(bench.Store, "b");
        await compacted.CompactAsync();
        await compacted.UpsertAsync(new ChronoRecord { Id = "R-3", Label = "Says more" });
        const string Rows = """
            select concat_ws(E'\n',
                (select string_agg(r::text, E'\n' order by stream, key) from ledger.chrono_record as r),
                (select string_agg(c::text, E'\n' order by stream, key, version) from ledger.chrono_change as c),
                (select string_agg(h::text, E'\n' order by stream) from ledger.chrono_head as h))
            """;
        var before = await bench.Database.ScalarAsync<string>(Rows);
        var events = await bench.Database.ScalarAsync<long>("select sum(version)::bigint from ledger.mt_streams");
        await bench.Database.ExecuteAsync("delete from ledger.chrono_record where id = 'R-2'");
        await bench.Database.ExecuteAsync("update ledger.chrono_record set text = replace(text, 'Says', 'Said'), status = 'wrong'");
        await bench.Database.ExecuteAsync("insert into ledger.chrono_change values ('chrono:a', sha256('x'), 1, true)");
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);
        var last = default(RebuildProgress);

        await admin.RebuildAsync("chrono", StreamName.Chrono("c:d"));
        (await bench.Database.ScalarAsync<long>("select count(distinct stream) from ledger.chrono_record where status = 'wrong'")).ShouldBe(2);
        await admin.RebuildAsync("ledger:chrono", progress: new Highest(p => last = p));
        (await bench.Database.ScalarAsync<string>(Rows)).ShouldBe(before);
        last.ShouldBe(new RebuildProgress(events, events));

        await bench.Database.ExecuteAsync("truncate ledger.chrono_record, ledger.chrono_change");
        await admin.RebuildAsync("chrono", new RebuildOptions { Mode = RebuildMode.Resume, Parallelism = 1 });
        (await bench.Database.ScalarAsync<string>(Rows)).ShouldBe(before);
    }

    [Fact]
    public async Task Rebuild_StoreWhoseEventsAreGone_LeavesItsRows()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var store = new ChronoStore(bench.Store, "gone");
        await store.UpsertAsync(new ChronoRecord { Id = "R-1", Label = "Says 1" });
        await bench.Database.ExecuteAsync("delete from ledger.mt_streams");

        await new ProjectionAdmin(bench.Database.DataSource, bench.Options).RebuildAsync("chrono");

        (await store.GetAsync("R-1"))!.Label.ShouldBe("Says 1");
        (await store.VerifyChainAsync()).ChainValid.ShouldBeFalse();
    }

    [Fact]
    public async Task FindRebuildable_Stream_NamesWhatFollowsIt()
    {
        await using var bench = await DaemonBench.CreateAsync();
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);

        admin.FindRebuildable(StreamName.Chrono("a")).ShouldBe(["ledger:world", "ledger:chrono"]);
        admin.FindRebuildable(StreamName.Run("a")).ShouldBe(["ledger:world", "ledger:runs", "tally"]);
        (await Should.ThrowAsync<ArgumentException>(() => admin.RebuildAsync("chrono", StreamName.Run("a")))).Message
            .ShouldBe("'ledger:chrono' keeps nothing of 'run:a': the names of its streams begin with 'chrono:'. Nothing was rebuilt.");
    }

    private sealed class Highest(Action<RebuildProgress> report) : IProgress<RebuildProgress>
    {
        private readonly Lock _gate = new();
        private long _most = -1;

        public void Report(RebuildProgress value)
        {
            lock (_gate)
            {
                if (value.Events > _most)
                {
                    _most = value.Events;
                    report(value);
                }
            }
        }
    }
}
