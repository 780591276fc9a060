using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>What holds for every merge, whatever two branches did to their world.</summary>
public abstract class MergeLawTests(ITestEngine engine) : EventStoreTests(engine)
{
    private static readonly MergeOptions Ours = new() { Resolver = MergeResolver.Ours };
    private static readonly MergeOptions Theirs = new() { Resolver = MergeResolver.Theirs };

    // Each reason and place has a decision of its own, also such as contradict each other.
    private static readonly MergeOptions Mixed = new()
    {
        Resolver = MergeResolver.By(c => (((int)c.Reason + c.Path.Length + c.Id[^1]) % 3) switch
        {
            0 => MergeDecision.Ours,
            1 => MergeDecision.Theirs,
            _ when c.Reason is MergeConflictReason.Set or MergeConflictReason.Retyped => MergeDecision.Theirs,
            _ => MergeDecision.Remove,
        }),
    };

    [Fact]
    public Task Merge_AnySides_ObeysTheLaws() =>
        Law.HoldsAsync(Sides(), sides => CheckAsync(sides.Before, sides.Ours, sides.Theirs), times: Scale.Of(15, 500));

    [Fact]
    public Task Merge_ChangesOfDifferentThings_Commute() =>
        Law.HoldsAsync(Sides(), sides => CommuteAsync(sides.Before, sides.Ours, sides.Theirs), times: Scale.Of(10, 300));

    [Fact]
    public Task Merge_AnyWalkOfMerges_NeverAsksTwiceAndMeetsAtTheEnd() =>
        Law.HoldsAsync(Law.ArraysOf(Gen.Choose(0, 1_000_000), upTo: 16), WalkAsync, times: Scale.Of(8, 300));

    private static Arbitrary<(int[] Before, int[] Ours, int[] Theirs)> Sides() => Arb.From(
        from before in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 6)
        from ours in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 7)
        from theirs in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 7)
        from counts in Gen.ArrayOf(Gen.Choose(0, 7), 2)
        select (before, ours[..counts[0]], theirs[..counts[1]]));

    private async Task CheckAsync(int[] before, int[] ours, int[] theirs)
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("o0", "T"), .. before.Select(WorldChanges.Of)]);
        var (a, b) = (await run.ForkAsync(), await run.ForkAsync());
        await a.AppendAsync([.. ours.Select(WorldChanges.Of)]);
        await b.AppendAsync([.. theirs.Select(WorldChanges.Of)]);

        // A branch without changes of its own is nothing; a target without changes is moved on.
        (await a.PreviewMergeAsync(run)).IsUpToDate.ShouldBeTrue();
        var forward = await run.ForkAsync();
        await forward.MergeAsync(b);
        (await forward.DiffAsync(b)).HasChanges.ShouldBeFalse();

        // A preview writes nothing, and is what is written.
        var (left, right) = (await a.ForkAsync(), await b.ForkAsync());
        var length = await left.GetLengthAsync();
        var preview = await left.PreviewMergeAsync(b, Ours);
        (await left.GetLengthAsync()).ShouldBe(length);
        var merged = await left.MergeAsync(b, Ours);
        Described(merged.Merged).ShouldBe(Described(preview));
        var written = await left.ReadAsync(length).ToListAsync();
        written.Select(e => e.Type).SkipLast(written.Count > 0 ? 1 : 0).ShouldBe(preview.Changes.Select(c => TypeOf(c.Event)));
        written.SkipLast(1).Select(e => e.Metadata.Causes).ShouldBe(preview.Changes.Select(c => c.Causes));
        (await left.GetWorldAsync()).Faults.Count.ShouldBe((await a.GetWorldAsync()).Faults.Count);

        // Ours and theirs are mirror images.
        await right.MergeAsync(a, Theirs);
        (await left.DiffAsync(right)).HasChanges.ShouldBeFalse();

        // Whatever is decided, no relation loses an end that it had on its side.
        var mixed = await a.ForkAsync();
        var decided = await mixed.PreviewMergeAsync(b, Mixed);
        if (decided.Conflicts.Count == 0)
        {
            await mixed.MergeAsync(b, Mixed);
        }

        decided.Conflicts.ShouldAllBe(c => c.Reason == MergeConflictReason.LostEnd);
        var dangling = (await DanglingInAsync(a)).Union(await DanglingInAsync(b)).ToList();
        foreach (var result in new[] { left, mixed })
        {
            (await DanglingInAsync(result)).ShouldBeSubsetOf(dangling);
        }

        // Twice is once, and the source's world differs by what ours changed and decided.
        (await left.MergeAsync(b, Theirs)).EventId.ShouldBeNull();
        var (ourChanges, rest) = (await run.DiffAsync(a), await b.DiffAsync(left));
        ChangedIn(rest).ShouldBeSubsetOf(ChangedIn(ourChanges).Concat(preview.Decisions.SelectMany(d => DecidedBy(d.Key))));
        var values = await a.PreviewMergeAsync(b);
        if (values.Conflicts.Count > 0)
        {
            var refused = await Should.ThrowAsync<MergeConflictException>(() => a.MergeAsync(b));
            refused.Conflicts.Select(c => (c.Id, c.Path)).ShouldBe(values.Conflicts.Select(c => (c.Id, c.Path)));
            ShouldNameTheSetters(values, await a.ReadAllAsync(), await b.ReadAllAsync());
        }
    }

    private async Task CommuteAsync(int[] before, int[] first, int[] second)
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("o0", "T"), .. before.Select(WorldChanges.Of)]);
        var (a, b) = (await run.ForkAsync(), await run.ForkAsync());
        await a.AppendAsync([.. first.Select(seed => WorldChanges.Of(seed, "a"))]);
        await b.AppendAsync([.. second.Select(seed => WorldChanges.Of(seed, "b"))]);
        var (ab, ba) = (await run.ForkAsync(), await run.ForkAsync());

        await ab.MergeAsync(a);
        await ab.MergeAsync(b);
        await ba.MergeAsync(b);
        await ba.MergeAsync(a);

        (await ab.DiffAsync(ba)).HasChanges.ShouldBeFalse();
    }

    // Three branches change and merge each other at random; in the end each takes in the others, and all worlds are the same.
    private async Task WalkAsync(int[] steps)
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("o0", "T")]);
        Run[] branches = [run, await run.ForkAsync(), await run.ForkAsync()];
        foreach (var step in steps)
        {
            var (target, source) = (branches[step % 3], branches[(step / 3 % 2 + step % 3 + 1) % 3]);
            if (step % 5 < 3)
            {
                await target.AppendAsync([WorldChanges.Of(step / 5), WorldChanges.Of(step / 7)]);
            }
            else
            {
                await target.MergeAsync(source, step % 2 == 0 ? Ours : Theirs);
                (await target.MergeAsync(source, Ours)).EventId.ShouldBeNull();
            }
        }

        // A merge that changes nothing is not written, so that the next would compare with older states, of which there can be several that disagree.
        for (var i = 1; i < branches.Length; i++)
        {
            await branches[i].AppendAsync([new ObjectCreated($"end{i}", "T")]);
            await branches[0].MergeAsync(branches[i], Ours);
        }

        foreach (var branch in branches[1..])
        {
            // What the first has decided is its change.
            (await branch.MergeAsync(branches[0])).Merged.Decisions.ShouldBeEmpty();
            (await branch.DiffAsync(branches[0])).HasChanges.ShouldBeFalse();
        }
    }

    private static void ShouldNameTheSetters(MergePreview preview, IReadOnlyList<RecordedEvent> ours, IReadOnlyList<RecordedEvent> theirs)
    {
        foreach (var conflict in preview.Conflicts.Where(c => c.Property is not null))
        {
            conflict.OurEvent.ShouldBe(SetterOf(conflict, ours));
            conflict.TheirEvent.ShouldBe(SetterOf(conflict, theirs));
        }
    }

    // The law in other words than the code: the last event after which the property has another value, or the same by a patch that names it.
    private static Guid SetterOf(MergeConflict conflict, IReadOnlyList<RecordedEvent> events) => events
        .Where((e, i) => e.Type is "object.created" or "object.patched" or "object.removed" or "relation.created" or "relation.removed"
            && e.Type.StartsWith(conflict.Kind == EntityKind.WorldObject ? "object" : "relation", StringComparison.Ordinal)
            && e.ToJsonElement().GetProperty("id").GetString() == conflict.Id
            && (e.Type != "object.patched" || (World.Fold(events.Take(i)).FindObject(conflict.Id) is not null && e.ToJsonElement().TryGetProperty("patch", out var patch) && patch.TryGetProperty(conflict.Property!, out _))))
        .Last().Id;

    private static async Task<IEnumerable<string>> DanglingInAsync(Run run) => (await run.GetWorldAsync()).DanglingRelations.Select(r => r.Id);

    // A lost end is about the relation and the object that it leads to.
    private static IEnumerable<string> DecidedBy(MergeConflict conflict) => conflict.Reason != MergeConflictReason.LostEnd
        ? [conflict.Id]
        : [conflict.Id, .. new[] { conflict.Ours, conflict.Theirs }.Where(r => r.ValueKind == JsonValueKind.Object).Select(r => r.GetProperty(conflict.Path[1..]).GetString()!)];

    private static IEnumerable<string> ChangedIn(WorldDiff diff) => diff.Changes.Select(c => c.Id);

    private static string Described(MergePreview preview) => string.Join(
        '\n',
        preview.Changes.Select(c => $"{c.Kind} {c.Id} {c.Change} {string.Join(',', c.Causes)}")
            .Concat(preview.Decisions.Select(d => $"{d.Key.Id} {d.Key.Path} {d.Value.Choice}")));

    private static string TypeOf(object data) => data switch
    {
        ObjectCreated => "object.created",
        ObjectPatched => "object.patched",
        ObjectRemoved => "object.removed",
        RelationCreated => "relation.created",
        _ => "relation.removed",
    };
}
