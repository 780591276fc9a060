using System.Globalization;
using Ledger.Conformance;
using Ledger.Conformance.Projections;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>No event is left out and none applied twice, whatever happens to writers, nodes and connections.</summary>
public sealed class DaemonChaosTests(ITestOutputHelper output)
{
    private const int Writers = 16;
    private const int Nodes = 3;
    private static readonly TimeSpan Duration = Scale.IsSoak ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(6);

    private const string CutConnections = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and application_name = 'chaos-node' and random() < 0.3
        """;

    [Fact]
    public async Task Async_WritersPauseNodesDieConnectionsAreCut_EveryModelIsTheFold()
    {
        await using var bench = await DaemonBench.CreateAsync(ChaosProjections.All, "create table seen (seq_id bigint, stream text)");
        using var over = new CancellationTokenSource(Duration);
        var nodes = new Queue<NodeProcess>();
        for (var i = 0; i < Nodes; i++)
        {
            nodes.Enqueue(await StartAsync(bench, i));
        }

        var writers = Enumerable.Range(0, Writers).Select(n => new PausingWriter(bench.Database, bench.Store, n)).ToList();
        var writing = Task.WhenAll(writers.Select(w => Task.Run(() => w.WriteAsync(over.Token))));
        for (var i = Nodes; !over.IsCancellationRequested; i++)
        {
            for (var cut = 0; cut < 4; cut++)
            {
                await bench.Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"select pg_sleep({Random.Shared.NextDouble()})"));
                await bench.Database.ExecuteAsync(CutConnections);
            }

            nodes.Dequeue().Dispose();
            nodes.Enqueue(await StartAsync(bench, i));
        }

        await writing;
        await bench.CaughtUpAsync();
        foreach (var node in nodes)
        {
            node.Dispose();
        }

        output.WriteLine(await bench.Database.ScalarAsync<string>("""
            select concat(count(*), ' events, ', (select last_value from ledger.mt_events_sequence) - count(*), ' numbers rolled back')
            from ledger.mt_events
            """));
        await ShouldBeTheFoldAsync(bench);
    }

    internal static Task<NodeProcess> StartAsync(DaemonBench bench, int number) =>
        NodeProcess.StartAsync($"{bench.Database.ConnectionString};Application Name=chaos-node", $"node-{number}");

    internal static async Task ShouldBeTheFoldAsync(DaemonBench bench)
    {
        (await bench.Database.ScalarAsync<long>("""
            select count(*)
            from ledger.mt_events as e
            full join (select seq_id, count(*) as times from seen group by seq_id) as s on s.seq_id = e.seq_id
            where e.seq_id is null or s.times is distinct from 1
            """)).ShouldBe(0, "An event was left out, or applied twice.");
        var live = await bench.ContentAsync();
        await foreach (var stream in bench.Store.ListStreamsAsync("run:"))
        {
            (await bench.Store.LoadAsync(ProjectionSamples.Tallies, stream.Name)).State
                .ShouldBe(await bench.Store.AggregateAsync(ProjectionSamples.Tally, stream.Name));
        }

        foreach (var projection in ChaosProjections.All)
        {
            await bench.Store.RebuildAsync(projection, new RebuildOptions { Parallelism = 2 });
        }

        (await bench.ContentAsync()).ShouldBe(live);
    }
}
