using FsCheck;
using FsCheck.Fluent;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>What holds for every cherry-pick and rebase, whatever two branches did to their world.</summary>
public abstract class CarryLawTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public Task Rebase_AnySides_ObeysTheLaws() =>
        Law.HoldsAsync(Sides(), sides => RebaseAsync(sides.Before, sides.Ours, sides.Theirs), times: Scale.Of(12, 400));

    [Fact]
    public Task Rebase_ChangesOfDifferentThings_IsAMerge() =>
        Law.HoldsAsync(Sides(), sides => DisjointAsync(sides.Before, sides.Ours, sides.Theirs), times: Scale.Of(8, 300));

    [Fact]
    public Task Pick_AnyPart_ObeysTheLaws() =>
        Law.HoldsAsync(Sides(), sides => PickAsync(sides.Before, sides.Ours, sides.Theirs), times: Scale.Of(12, 400));

    private static Arbitrary<(int[] Before, int[] Ours, int[] Theirs)> Sides() => Arb.From(
        from before in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 6)
        from ours in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 7)
        from theirs in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 7)
        from counts in Gen.ArrayOf(Gen.Choose(0, 7), 2)
        select (before, ours[..counts[0]], theirs[..counts[1]]));

    private async Task RebaseAsync(int[] before, int[] ours, int[] theirs)
    {
        var (run, a, b) = await SidesAsync(before, ours, theirs, null);

        // Onto what both began with, nothing is in the way.
        var still = await b.RebaseAsync(run);
        still.Rebased.Conflicts.ShouldBeEmpty();
        (await still.Branch.DiffAsync(b)).HasChanges.ShouldBeFalse();

        // A preview is what is written; what was left out is listed, and nothing that was written is a fault.
        var options = new RebaseOptions { Id = NewId() };
        var preview = await b.PreviewRebaseAsync(a, options);
        var result = await b.RebaseAsync(a, options);
        Described(result.Rebased).ShouldBe(Described(preview));
        var written = await result.Branch.ReadAsync(new Position(preview.OntoLength.Value + 1)).ToListAsync();
        written.Select(e => e.Id).ShouldBe([.. preview.Events.SelectMany(e => e.Written).Select(e => e.Id), result.EventId]);
        preview.Events.Count(e => e.Outcome == CarryOutcome.Conflict).ShouldBe(preview.Events.Count(e => e.Conflicts.Count > 0));
        (await result.Branch.GetFaultsAsync()).Count.ShouldBe((await a.GetFaultsAsync()).Count);
        ((await a.GetLengthAsync()).Value, (await b.GetLengthAsync()).Value)
            .ShouldBe((preview.OntoLength.Value, preview.SourceLength.Value));

        // What was taken over is not again: only what was left out is still to be decided.
        var twice = await b.PreviewRebaseAsync(result.Branch);
        twice.Events.Where((_, i) => preview.Events[i].Outcome != CarryOutcome.Conflict).ShouldAllBe(e => e.Outcome == CarryOutcome.Known);

        // A squash is a merge on a branch of its own.
        var squashed = await b.RebaseAsync(a, new RebaseOptions { Mode = RebaseMode.Squash, Resolver = MergeResolver.Ours });
        var merged = await a.ForkAsync();
        await merged.MergeAsync(b, new MergeOptions { Resolver = MergeResolver.Ours });
        (await squashed.Branch.DiffAsync(merged)).HasChanges.ShouldBeFalse();
        var half = await b.RebaseAsync(a, new RebaseOptions { Mode = RebaseMode.Squash });
        (await half.Branch.GetFaultsAsync()).Count.ShouldBe((await a.GetFaultsAsync()).Count);
    }

    private async Task DisjointAsync(int[] before, int[] ours, int[] theirs)
    {
        var (_, a, b) = await SidesAsync(before, ours, theirs, ("a", "b"));
        var merged = await a.ForkAsync();
        await merged.MergeAsync(b);

        var events = await b.RebaseAsync(a);
        var squashed = await b.RebaseAsync(a, new RebaseOptions { Mode = RebaseMode.Squash });

        events.Rebased.Conflicts.ShouldBeEmpty();
        (await events.Branch.DiffAsync(merged)).HasChanges.ShouldBeFalse();
        (await squashed.Branch.DiffAsync(merged)).HasChanges.ShouldBeFalse();
    }

    private async Task PickAsync(int[] before, int[] ours, int[] theirs)
    {
        var (run, a, b) = await SidesAsync(before, ours, theirs, null);
        var own = (await b.ReadAllAsync()).Where(e => e.Stream == b.StreamName && e.Version.Value > 1).Select(e => e.Id).ToList();

        // All at once, or one after the other: nothing is in the way where both began, and the world is the source's.
        var (whole, steps) = (await run.ForkAsync(), await run.ForkAsync());
        await whole.CherryPickAsync(b, own);
        foreach (var id in own)
        {
            await steps.CherryPickAsync(b, [id]);
        }

        (await whole.DiffAsync(b)).HasChanges.ShouldBeFalse();
        (await steps.DiffAsync(b)).HasChanges.ShouldBeFalse();

        // Every second one into the other side: a preview is what is written, and twice is once.
        var some = own.Where((_, i) => i % 2 == 0).ToList();
        var options = new CherryPickOptions { Resolver = MergeResolver.Theirs };
        var preview = await a.PreviewCherryPickAsync(b, some, options);
        if (preview.Conflicts.Count > 0)
        {
            preview.Conflicts.ShouldAllBe(c => c.Reason == MergeConflictReason.LostEnd);
            await Should.ThrowAsync<CherryPickRefusedException>(() => a.CherryPickAsync(b, some, options));
            return;
        }

        var (length, faults) = (preview.TargetLength, await a.GetFaultsAsync());
        var result = await a.CherryPickAsync(b, some, options);
        (await a.ReadAsync(length).ToListAsync()).Select(e => e.Id).ShouldBe(
            [.. preview.Events.SelectMany(e => e.Written).Select(e => e.Id), .. result.EventId is { } end ? (Guid[])[end] : []]);
        (await a.GetFaultsAsync()).Count.ShouldBe(faults.Count);
        var again = await a.PreviewCherryPickAsync(b, some, options);
        again.Events.Where(e => result.Picked.Events.Any(p => p.Original.Id == e.Original.Id && p.Written.Count > 0))
            .ShouldAllBe(e => e.Outcome == CarryOutcome.Known);
    }

    private async Task<(Run Run, Run A, Run B)> SidesAsync(int[] before, int[] ours, int[] theirs, (string A, string B)? names)
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("o0", "T"), .. before.Select(WorldChanges.Of)]);
        var (a, b) = (await run.ForkAsync(), await run.ForkAsync());
        await a.AppendAsync([.. ours.Select(seed => WorldChanges.Of(seed, names?.A))]);
        await b.AppendAsync([.. theirs.Select(seed => WorldChanges.Of(seed, names?.B))]);
        return (run, a, b);
    }

    private static string Described(RebasePreview preview) => string.Join(
        '\n', preview.Events.Select(e => $"{e.Original.Id} {e.Outcome} {string.Join(',', e.Written.Select(w => w.Id))} {e.Conflicts.Count}"));
}
