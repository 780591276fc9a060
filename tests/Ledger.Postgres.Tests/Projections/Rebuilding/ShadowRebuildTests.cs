using Ledger.Conformance;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Ledger.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Rebuilding;

/// <summary>New tables are filled beside the old ones, and take their place while everybody goes on.</summary>
public sealed class ShadowRebuildTests
{
    private const int Writers = 32;

    private static readonly RowProjection Rows = new(
        "kits",
        """
        insert into {table:kits} as k (stream, kits, trail)
        select stream_id, count(*), string_agg(data ->> 'kit', ',' order by seq_id) from {pending} where type = 'kit.loaded' group by stream_id
        on conflict (stream) do update set kits = k.kits + excluded.kits, trail = k.trail || ',' || excluded.trail
        """);

    private static readonly IReadOnlyList<Projection> All = [.. ProjectionSamples.All, Rows];

    [Fact]
    public async Task Rebuild_Under32InlineWriters_EndsAtTheFold()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var store = await bench.Database.CreateProjectingStoreAsync(All);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(n => Task.Run(() => WriteAsync(store, n, stop.Token))).ToList();
        for (var i = 0; i < Scale.Of(3, 50); i++)
        {
            foreach (var projection in All)
            {
                await store.RebuildAsync(projection);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);

        var live = await bench.ContentAsync();
        live.Length.ShouldBeGreaterThan(1_000);
        foreach (var projection in All)
        {
            await store.RebuildAsync(projection);
        }

        (await bench.ContentAsync()).ShouldBe(live);
        await ShouldBeTheFoldAsync(store);
    }

    [Fact]
    public async Task Rebuild_CancelledAndResumed_GivesTheSameAndDoesNothingTwice()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var store = await bench.Database.CreateProjectingStoreAsync(All);
        await ImportAsync(store, streams: 300, events: 100);
        var before = await bench.ContentAsync();
        foreach (var projection in new Projection[] { ProjectionSamples.Tallies, ProjectionSamples.ToolUses, Rows })
        {
            using var cancellation = new CancellationTokenSource();
            var seen = 0L;
            var stopper = new Progress(p =>
            {
                if (p.Events > 0)
                {
                    seen = p.Events;
                    cancellation.Cancel();
                }
            });
            await Should.ThrowAsync<OperationCanceledException>(
                () => store.RebuildAsync(projection, new RebuildOptions { Parallelism = 2 }, stopper, cancellation.Token));
            (await bench.ContentAsync()).ShouldStartWith(before[..200]);

            var reports = new List<RebuildProgress>();
            await store.RebuildAsync(projection, new RebuildOptions { Mode = RebuildMode.Resume }, new Progress(p =>
            {
                lock (reports)
                {
                    reports.Add(p);
                }
            }));

            reports[0].Events.ShouldBeGreaterThanOrEqualTo(seen);
            reports.Max(p => p.Events).ShouldBe(30_000);
            reports[0].Total.ShouldBe(30_000);
        }

        (await bench.ContentAsync()).ShouldBe(before);
        (await bench.Database.ScalarAsync<long>("select count(*) from ledger.projection_rebuild")).ShouldBe(0);
    }

    [Fact]
    public async Task Rebuild_EventCannotBeApplied_LeavesTheOldModelAndNothingElse()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var store = await bench.Database.CreateProjectingStoreAsync(All);
        await store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1"), new ToolCalled("2")]);
        var before = await bench.ContentAsync();
        var broken = new Snapshot<Tally>(
            new Aggregate<Tally>("tally", Tally.Empty, (_, _) => throw new InvalidOperationException("Broken.")),
            "tally",
            ProjectionSamplesContext.Default.Tally);

        await Should.ThrowAsync<ProjectionFailedException>(() => store.RebuildAsync(broken));
        await Should.ThrowAsync<PostgresException>(() => store.RebuildAsync(
            new RowProjection("kits", "insert into {table:kits} (stream) select 1/0 from {pending}")));

        (await bench.ContentAsync()).ShouldBe(before);
        (await bench.Database.ScalarAsync<long>("select count(*) from pg_class where relname = 'mt_doc_tally_rebuild'")).ShouldBe(0);
    }

    [Fact]
    public async Task Rebuild_TwiceAtOnce_IsRefused()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var store = await bench.Database.CreateProjectingStoreAsync(All);
        await ImportAsync(store, streams: 10, events: 10);
        Task? second = null;
        var both = new Progress(_ => second ??= store.RebuildAsync(ProjectionSamples.Tallies));

        await store.RebuildAsync(ProjectionSamples.Tallies, progress: both);

        (await Should.ThrowAsync<RebuildInProgressException>(() => second!)).Message.ShouldBe(
            "Projection 'tally' is being rebuilt by another process. Wait until that is done, or stop it; '--resume' continues it.");
    }

    [Fact]
    public async Task Swap_Table_KeepsItsNamesOptionsAndRights()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await bench.Database.ExecuteAsync("""
            create schema if not exists "The app";
            create table "The app"."Kits" (
                stream varchar constraint fk_kits_stream references ledger.mt_streams (id),
                kit text default 'none' constraint ck_kits_kit check (kit <> ''),
                n bigint generated always as identity,
                constraint pk_kits primary key (stream, n)
            ) with (fillfactor = 70);
            create index ix_kits_kit on "The app"."Kits" (lower(kit)) where kit is not null;
            create unique index "uq kits" on "The app"."Kits" (kit, n);
            create function touched() returns trigger language plpgsql as 'begin return new; end';
            create trigger tr_kits before insert on "The app"."Kits" for each row execute function touched();
            do 'begin if not exists (select from pg_roles where rolname = ''kits_reader'') then create role kits_reader; end if; end';
            grant select on "The app"."Kits" to kits_reader;
            """);
        var rows = new RowProjection("kits", """insert into {table:"The app"."Kits"} (stream, kit) select stream_id, data ->> 'kit' from {pending}""");
        const string Describe = """
            select string_agg(line, E'\n' order by line) from (
                select pg_get_indexdef(indexrelid) as line from pg_index where indrelid = '"The app"."Kits"'::regclass
                union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = '"The app"."Kits"'::regclass
                union all select pg_get_triggerdef(oid) from pg_trigger where tgrelid = '"The app"."Kits"'::regclass and not tgisinternal
                union all select concat(reloptions, relacl) from pg_class where oid = '"The app"."Kits"'::regclass) as l
            """;
        var before = await bench.Database.ScalarAsync<string>(Describe);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1"), new KitLoaded("2")]);

        for (var i = 0; i < 2; i++)
        {
            await bench.Store.RebuildAsync(rows);
            (await bench.Database.ScalarAsync<string>(Describe)).ShouldBe(before);
            (await bench.Database.ScalarAsync<string>("""select string_agg(kit, ',' order by kit) from "The app"."Kits" """)).ShouldBe("1,2");
        }
    }

    [Fact]
    public async Task Rebuild_SwitchedFromInlineToAsyncAndBack_IsRightEachTime()
    {
        await using var bench = await DaemonBench.CreateAsync(All);
        await using var inline = await bench.Database.CreateProjectingStoreAsync(All);
        await ImportAsync(inline, streams: 10, events: 10);
        foreach (var projection in All)
        {
            await bench.Store.RebuildAsync(projection);
        }

        var node = await bench.StartAsync();
        await ImportAsync(bench.Store, streams: 20, events: 5);
        await bench.CaughtUpAsync();
        await ShouldBeTheFoldAsync(bench.Store);
        await node.StopAsync();
        await ImportAsync(bench.Store, streams: 3, events: 1);

        foreach (var projection in All)
        {
            await inline.RebuildAsync(projection);
        }

        await ImportAsync(inline, streams: 12, events: 2);
        await ShouldBeTheFoldAsync(inline);
        (await bench.Database.ScalarAsync<long>("select count(*) from ledger.mt_event_progression where name like '%:All'")).ShouldBe(0);
    }

    private static async Task ShouldBeTheFoldAsync(PostgresEventStore store)
    {
        await foreach (var stream in store.ListStreamsAsync("run:"))
        {
            (await store.LoadAsync(ProjectionSamples.Tallies, stream.Name)).State
                .ShouldBe(await store.AggregateAsync(ProjectionSamples.Tally, stream.Name));
        }
    }

    private static async Task WriteAsync(PostgresEventStore store, int writer, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var stream = StreamName.Run($"{(writer + i) % 20}");
            await store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded($"{writer}.{i}"), new ToolCalled($"tool-{i % 7}")], CancellationToken.None);
        }
    }

    private static Task<ImportProgress> ImportAsync(PostgresEventStore store, int streams, int events) => store.ImportAsync(
        Enumerable.Range(0, events).SelectMany(n => Enumerable.Range(0, streams).Select(s => new StreamEvent(
            StreamName.Run($"imported-{s}"),
            new NewEvent(n % 3 == 0 ? new KitLoaded($"kit-{n}") : new ToolCalled($"tool-{(n + s) % 5}"))))).ToAsyncEnumerable());

    private sealed class Progress(Action<RebuildProgress> report) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => report(value);
    }
}
