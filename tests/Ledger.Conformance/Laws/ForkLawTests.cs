using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>What a fork is, for every tree of forks: the prefix of its parent and its own events.</summary>
public abstract class ForkLawTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public Task Fork_AnyTree_IsPrefixAndOwnEvents() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 25), GrowAsync, times: Scale.Of(20, 500));

    [Fact]
    public Task Append_AnyBatches_MakeTheSameHistory() =>
        Law.HoldsAsync(Law.ArraysOf(Gen.Choose(0, 6), upTo: 12), CompareBatchesAsync, times: Scale.Of(20, 500));

    private static FsCheck.Gen<(int History, int At, int Count)> Steps() =>
        from history in Gen.Choose(0, 1_000)
        from at in Gen.Choose(-1, 1_000)
        from count in Gen.Choose(0, 4)
        select (history, at, count);

    // Each step forks one of the histories so far (unless "at" is negative) and appends to it.
    private async Task GrowAsync((int History, int At, int Count)[] steps)
    {
        var grown = new List<(Run Run, List<string> Expected)> { (Runs.GetRun(NewId()), []) };
        await grown[0].Run.AppendAsync(Events(3));
        grown[0].Expected.AddRange(Range(1, 3));
        for (var step = 0; step < steps.Length; step++)
        {
            var (history, at, count) = steps[step];
            var (run, expected) = grown[history % grown.Count];
            if (at >= 0)
            {
                var position = at % (expected.Count + 1);
                expected = [.. expected[..position], "fork"];
                run = await run.ForkAsync(new Position(position));
                run.History.Lineage.ShouldAllBe(s => s.Taken > 0);
                grown.Add((run, expected));
            }

            string[] labels = [.. Enumerable.Range(0, count).Select(n => $"{step}.{n}")];
            (await run.AppendAsync([.. labels.Select(Labelled)])).ShouldBe(new Position(expected.Count + count));
            expected.AddRange(labels);
        }

        foreach (var (run, expected) in grown)
        {
            var events = await run.ReadAllAsync();
            Labels(events).ShouldBe(expected);
            events.Select(e => e.Position).ShouldBe(Enumerable.Range(0, expected.Count).Select(p => (Position?)new Position(p)));
            events.Select(e => run.History.Locate(e.Position!.Value)).ShouldBe(events.Select(e => (e.Stream, e.Version)));
            var half = expected.Count / 2;
            Labels(await run.ReadAsync(new Position(half)).ToListAsync()).ShouldBe(expected[half..]);
            Labels(await run.ReadAsync(to: new Position(half)).ToListAsync()).ShouldBe(expected[..half]);
        }
    }

    private async Task CompareBatchesAsync(int[] batches)
    {
        var (batched, single) = (await Runs.StartRunAsync(), await Runs.StartRunAsync());
        var count = 0;
        foreach (var batch in batches)
        {
            await batched.AppendAsync(Events(batch, count + 1));
            count += batch;
        }

        await single.AppendAsync(Events(count));
        var (left, right) = (await batched.ForkAsync(new Position(count / 2)), await single.ForkAsync(new Position(count / 2)));

        Labels(await batched.ReadAllAsync()).ShouldBe(Range(1, count));
        Labels(await single.ReadAllAsync()).ShouldBe(Range(1, count));
        Labels(await left.ReadAllAsync()).ShouldBe(Labels(await right.ReadAllAsync()));
    }
}
