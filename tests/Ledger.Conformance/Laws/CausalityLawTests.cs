using System.Globalization;
using FsCheck.Fluent;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>Laws of causes on random graphs, with loops, with causes that do not exist, and over a fork.</summary>
public abstract class CausalityLawTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public Task Explain_AnyGraph_WhatANaiveWalkFinds() => Law.HoldsAsync(
        Law.ArraysOf(Gen.ArrayOf(Gen.Choose(0, 45), 3), 40),
        CompareAsync,
        times: Scale.Of(15, 500));

    [Fact]
    public Task FirstDivergence_AnyForkAndItsParent_TheForkPosition() => Law.HoldsAsync(
        Gen.Choose(0, 30).Two().ToArbitrary(),
        async pair =>
        {
            var run = await Runs.StartRunAsync();
            await run.AppendAsync(Events(Math.Max(pair.Item1, pair.Item2)));
            var at = new Position(Math.Min(pair.Item1, pair.Item2));
            var branch = await run.ForkAsync(at);
            await branch.AppendAsync(Events(pair.Item1));
            (await branch.FirstDivergenceAsync(run)).CommonPrefix.ShouldBe(at);
            (await run.FirstDivergenceAsync(branch)).CommonPrefix.ShouldBe(at);
        },
        times: Scale.Of(15, 500));

    private async Task CompareAsync(int[][] causes)
    {
        // Event n names the events of these numbers; higher numbers than there are events are missing.
        var run = await Runs.StartRunAsync();
        NewEvent[] events = [.. causes.Select((c, n) => new NewEvent(
            Labelled($"{n}"), new EventMetadata { ForeignId = $"{n}", ForeignCauses = [.. c.Take(n % 4).Select(i => $"{i}")] }))];
        var half = events.Length / 2;
        await run.AppendAsync(events[..half]);
        var branch = await run.ForkAsync(new Position(half));
        await branch.AppendAsync(events[half..]);

        for (var n = 0; n < events.Length; n += 3)
        {
            (await branch.ExplainAsync($"{n}")).Entries.Select(e => e.IsMissing ? $"!{e.Id}" : e.Id)
                .ShouldBe(Naive([$"{n}"], id => CausesOf(events, half, id)));
            (await branch.TraceEffectsAsync($"{n}")).Entries.Select(e => e.Id).ShouldBe(Naive([$"{n}"], id => events
                .Select(e => e.Metadata.ForeignId!).Where(effect => CausesOf(events, half, effect).Contains(id))));
        }
    }

    // What is missing is marked. For an event of the prefix that is also what the branch has: it came later, and elsewhere.
    private static IEnumerable<string> CausesOf(NewEvent[] events, int half, string id)
    {
        if (id[0] == '!')
        {
            return [];
        }

        var n = NumberOf(id);
        return events[n].Metadata.ForeignCauses.Select(c => NumberOf(c) < (n < half ? half : events.Length) ? c : $"!{c}");
    }

    private static int NumberOf(string id) => int.Parse(id, CultureInfo.InvariantCulture);

    private static List<string> Naive(List<string> open, Func<string, IEnumerable<string>> next)
    {
        for (var i = 0; i < open.Count; i++)
        {
            open.AddRange(next(open[i]).Distinct().Where(id => !open.Contains(id)).ToList());
        }

        return open;
    }
}
