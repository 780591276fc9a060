using System.Diagnostics;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>How long a shard is idle after its owner is killed. This measures time, so nothing else runs in parallel; where other programs do, only that it ends is asserted.</summary>
[CollectionDefinition(nameof(HandOverTests), DisableParallelization = true)]
[Collection(nameof(HandOverTests))]
public sealed class HandOverTests(ITestOutputHelper output)
{
    private static readonly TimeSpan MostWhenKilled = Scale.IsSoak ? TimeSpan.FromSeconds(5) : TimeSpan.FromMinutes(1);

    // From the last beat on, the server waits four seconds for a session that is silent.
    private static readonly TimeSpan MostWhenStopped = Scale.IsSoak ? TimeSpan.FromSeconds(8) : TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Async_OwnerKilled_AnotherTakesOver()
    {
        var took = await HandOverAsync(node =>
        {
            node.Dispose();
            return Task.CompletedTask;
        });

        output.WriteLine($"Handed over {took.TotalMilliseconds:N0} ms after kill -9.");
        took.ShouldBeLessThan(MostWhenKilled);
    }

    [Fact]
    public async Task Async_OwnerStandsStill_AnotherTakesOver()
    {
        var took = await HandOverAsync(node => node.StopAsync());

        output.WriteLine($"Handed over {took.TotalMilliseconds:N0} ms after kill -STOP.");
        took.ShouldBeLessThan(MostWhenStopped);
    }

    private static async Task<TimeSpan> HandOverAsync(Func<NodeProcess, Task> end)
    {
        await using var bench = await DaemonBench.CreateAsync(ChaosProjections.All, "create table seen (seq_id bigint, stream text)");
        using var first = await DaemonChaosTests.StartAsync(bench, 0);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1")]);
        await bench.CaughtUpAsync();
        var admin = new ProjectionAdmin(bench.Database.DataSource, bench.Options);
        (await OwnersAsync()).ShouldHaveSingleItem().ShouldBe(first.Name);
        using var second = await DaemonChaosTests.StartAsync(bench, 1);
        await WaitUntilAsync(async () => (await OwnersAsync()).Count == 2);

        var ended = Stopwatch.GetTimestamp();
        await end(first);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("2")]);
        await bench.CaughtUpAsync();
        var took = Stopwatch.GetElapsedTime(ended);
        first.Dispose();

        (await OwnersAsync()).ShouldHaveSingleItem().ShouldBe(second.Name);
        await DaemonChaosTests.ShouldBeTheFoldAsync(bench);
        return took;

        async Task<List<string?>> OwnersAsync() => [.. (await admin.ListAsync()).Select(s => s.Owner).Distinct()];
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(DaemonBench.Patience);
        while (!await holds())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
