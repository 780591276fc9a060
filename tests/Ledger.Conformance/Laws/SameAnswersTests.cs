using FsCheck.Fluent;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>The same random calls get the same answers from the engine and from another store.</summary>
/// <param name="engine">The engine under test.</param>
/// <param name="createReference">Makes the store to compare with; for an engine on a database the one in memory.</param>
public abstract class SameAnswersTests(ITestEngine engine, Func<IEventStore> createReference) : EventStoreTests(engine)
{
    [Fact]
    public async Task Calls_AtRandom_GetTheSameAnswers()
    {
        var call =
            from kind in Gen.Elements(Enum.GetValues<StoreCallKind>())
            from stream in Gen.Choose(0, 7)
            from other in Gen.Choose(0, 7)
            from first in Gen.Choose(0, 9)
            from second in Gen.Choose(0, 9)
            from seed in Gen.Choose(0, 11)
            select new StoreCall(kind, stream, other, first, second, seed);

        await Law.HoldsAsync(Law.ArraysOf(call, upTo: 60), CompareAsync, times: Scale.Of(30, 1_000));
    }

    private async Task CompareAsync(StoreCall[] calls)
    {
        var id = NewId();
        var (engine, reference) = (new StoreCallPlayer(Store, id), new StoreCallPlayer(createReference(), id));
        foreach (var call in calls)
        {
            (await engine.PlayAsync(call)).ShouldBe(await reference.PlayAsync(call), $"{call}");
        }

        var log = await engine.LogAsync();
        log.ShouldBe(await reference.LogAsync());
        log.ShouldStartWith("True");
    }
}
