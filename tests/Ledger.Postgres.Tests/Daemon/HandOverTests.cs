using System.Diagnostics;
using Ledger.Events;
using Ledger.Postgres.Daemon;
using Ledger.Streams;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Ledger.Postgres.Tests.Daemon;

/// <summary>How long nobody works on a shard when its owner is killed. It is a time, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(HandOverTests), DisableParallelization = true)]
[Collection(nameof(HandOverTests))]
public sealed class HandOverTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Async_OwnerKilled_AnotherTakesOverWithinFiveSeconds()
    {
        await using var bench = await DaemonBench.CreateAsync(ChaosProjections.All, "create table seen (seq_id bigint, stream text)");
        using var first = await DaemonChaosTests.StartAsync(bench, 0);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1")]);
        await bench.CaughtUpAsync();
        using var second = await DaemonChaosTests.StartAsync(bench, 1);
        var owner = (await new ProjectionAdmin(bench.Database.DataSource, bench.Options).ListAsync()).Select(s => s.Owner).Distinct().ShouldHaveSingleItem();
        owner.ShouldBe(first.Name);

        var killed = Stopwatch.GetTimestamp();
        first.Dispose();
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("2")]);
        await bench.CaughtUpAsync();
        var took = Stopwatch.GetElapsedTime(killed);

        output.WriteLine($"Handed over {took.TotalMilliseconds:N0} ms after kill -9.");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        await DaemonChaosTests.ShouldBeTheFoldAsync(bench);
    }
}
