using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class TimeOrderedIdTests
{
    [Fact]
    public void Create_IsVersion7OfThePresentTime()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var id = TimeOrderedId.Create();

        var after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var bytes = id.ToByteArray(bigEndian: true);
        id.Version.ShouldBe(7);
        id.Variant.ShouldBeInRange(8, 11);
        bytes.Take(6).Aggregate(0L, (time, b) => (time << 8) | b).ShouldBeInRange(before, after);
    }

    [Fact]
    public async Task Create_ByManyThreads_NeverRepeats()
    {
        const int Threads = 4;
        const int Each = 20_000;

        var made = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(
            () => Enumerable.Range(0, Each).Select(_ => TimeOrderedId.Create()).ToArray())));

        made.SelectMany(ids => ids).Distinct().Count().ShouldBe(Threads * Each);
    }
}
