using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Where two histories part.</summary>
public abstract class DivergenceTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task FirstDivergence_ForkAndParent_TheForkPosition()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(Events(5));
        var branch = await run.ForkAsync(new Position(3));

        var divergence = await Runs.FirstDivergenceAsync(run.StreamName, branch.StreamName);

        divergence.CommonPrefix.ShouldBe(new Position(3));
        divergence.SharedPrefix.ShouldBe(new Position(3));
        divergence.IsDivergent.ShouldBeTrue();
        Label(divergence.InA!).ShouldBe("4");
        Label(divergence.InB!).ShouldBe("fork");
        divergence.InB!.Position.ShouldBe(new Position(3));

        var atEnd = await run.FirstDivergenceAsync(await run.ForkAsync(new Position(5)));
        atEnd.CommonPrefix.ShouldBe(new Position(5));
        atEnd.InA.ShouldBeNull();
        Label(atEnd.InB!).ShouldBe("fork");
    }

    [Fact]
    public async Task FirstDivergence_Siblings_TheLowerFork()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(Events(5));
        var low = await run.ForkAsync(new Position(2));
        var high = await run.ForkAsync(new Position(4));
        var leaf = await high.ForkAsync(new Position(5));

        (await low.FirstDivergenceAsync(high)).CommonPrefix.ShouldBe(new Position(2));
        (await leaf.FirstDivergenceAsync(low)).CommonPrefix.ShouldBe(new Position(2));
        (await leaf.FirstDivergenceAsync(high)).CommonPrefix.ShouldBe(new Position(5));
        (await leaf.FirstDivergenceAsync(run)).SharedPrefix.ShouldBe(new Position(4));
    }

    [Fact]
    public async Task FirstDivergence_Copies_TheFirstOtherContent()
    {
        var (one, other) = (Runs.GetRun(NewId()), Runs.GetRun(NewId()));
        await one.AppendAsync([.. Events(3), Untyped("{\"a\": 1, \"b\": [1]}"), Labelled("one")]);
        await other.AppendAsync([.. Events(3), Untyped("{\"b\": [1.0], \"a\": 1}"), Labelled("other"), Labelled("more")]);

        var divergence = await one.FirstDivergenceAsync(other);

        divergence.SharedPrefix.ShouldBe(Position.Start);
        divergence.CommonPrefix.ShouldBe(new Position(4));
        (Label(divergence.InA!), Label(divergence.InB!)).ShouldBe(("one", "other"));
    }

    [Fact]
    public async Task FirstDivergence_SameOrEmpty_None()
    {
        var (run, empty) = (Runs.GetRun(NewId()), await Runs.StartRunAsync());
        await run.AppendAsync(Events(2));

        var same = await run.FirstDivergenceAsync(run);
        (same.CommonPrefix, same.IsDivergent).ShouldBe((new Position(2), false));
        var none = await run.FirstDivergenceAsync(empty);
        (none.CommonPrefix, Label(none.InA!), none.InB).ShouldBe((Position.Start, "1", null));
        await Should.ThrowAsync<StreamNotFoundException>(() => Runs.FirstDivergenceAsync(run.StreamName, NewStream()));
    }

    private static UntypedEvent Untyped(string json) => new("untyped", System.Text.Json.JsonElement.Parse(json));
}
