using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Merges the world of one history into another of the same family.</summary>
internal sealed class BranchMerge(Run target, Run source, MergeOptions options)
{
    private readonly BranchPair _pair = new(target, source);

    // What was decided is not asked again when the target grows and the merge starts again.
    private readonly Dictionary<(EntityKind, string, MergeConflictReason, string), (MergeConflict Conflict, MergeDecision Decision)> _decided = [];

    /// <summary>The number of the merge among those of the target.</summary>
    private int _number;

    /// <summary>The last event that is merged; null before a preview, and if there is none.</summary>
    public Guid? Last { get; private set; }

    public async Task<MergePreview> PreviewAsync(CancellationToken cancellationToken)
    {
        var (ours, theirs) = await _pair.LookAsync(options.At, cancellationToken).ConfigureAwait(false);
        var graph = new MergeGraph(target.Store);
        await graph.LoadAsync([target.History, source.History], cancellationToken).ConfigureAwait(false);
        _number = graph.NextOf(target.StreamName);
        var contained = graph.ContentsOf(ours);
        var bases = await graph.FindBasesAsync(ours, theirs, cancellationToken).ConfigureAwait(false);
        var preview = new MergePreview
        {
            Target = target.StreamName,
            TargetLength = ours.At,
            Source = source.StreamName,
            SourceLength = theirs.At,
            Base = new MergeBase(bases[0].History!.Stream.Value, bases[0].At.Value),
            IsUpToDate = true,
        };
        if (theirs.FirstBeyond(contained) == theirs.At)
        {
            return preview;
        }

        var (theirSetters, from) = SettersSince(theirs);
        var effects = await ReadTheirsAsync(theirs, from, theirSetters, contained, graph.ContentsOf(theirs), cancellationToken).ConfigureAwait(false);
        var sides = new MergeSides(target.MergeReader, bases, ours, theirs);
        if (await sides.CompareAsync(theirSetters.Touched, cancellationToken).ConfigureAwait(false) is not { } merge)
        {
            return preview;
        }

        await sides.ForgetUnappliedAsync(theirs, from, theirSetters, cancellationToken).ConfigureAwait(false);
        (var ourSetters, from) = SettersSince(ours);
        await sides.ReadOurSettersAsync(merge.Disputed, from, ourSetters, cancellationToken).ConfigureAwait(false);
        await sides.ForgetUnappliedAsync(ours, from, ourSetters, cancellationToken).ConfigureAwait(false);
        var conflicts = new MergeConflicts(merge, ourSetters, theirSetters, DecideAsync);
        await conflicts.DecideAsync(cancellationToken).ConfigureAwait(false);
        await _pair.CheckWholeAsync([theirs, .. bases], cancellationToken).ConfigureAwait(false);
        return preview with
        {
            IsUpToDate = false,
            Effects = effects,
            Conflicts = conflicts.Open,
            Decisions = conflicts.Decided,
            Changes = merge.ToChanges(ourSetters, theirSetters),
        };

        (EntitySetters Setters, Position From) SettersSince(MergeState side)
        {
            var first = bases.Select(b => side.FirstBeyond(graph.ContentsOf(b))).Min();
            return (new EntitySetters { LastMerge = graph.FindLastMerge(side, first) is { } last ? EntitySetter.Of(last) : null }, first);
        }
    }

    public Task<MergeResult> RunAsync(CancellationToken cancellationToken) => _pair.WriteAsync(
        options.ExpectedLength,
        () => PreviewAsync(cancellationToken),
        preview => preview.TargetLength,
        async preview =>
        {
            if (preview.Conflicts.Count > 0)
            {
                throw new MergeConflictException(preview);
            }

            if (preview.IsUpToDate)
            {
                return new MergeResult(preview, null, preview.TargetLength);
            }

            var events = ToEvents(preview);
            var length = await target.AppendMergeAsync(events, preview.TargetLength, cancellationToken).ConfigureAwait(false);
            return new MergeResult(preview, events[^1].Id, length);
        });

    /// <summary>The event of the merge comes last: a branch that is forked before it has a part of the changes, and can still be merged with the rest.</summary>
    private List<NewEvent> ToEvents(MergePreview preview)
    {
        var metadata = options.Metadata with { ForeignId = null, ForeignCauses = [] };
        var merged = new BranchMerged(preview.Source.Value, preview.SourceLength.Value, preview.Base, preview.Decisions.Count);
        IReadOnlyList<Guid> causes = Last is { } last ? [last, .. target.Answers.Present] : target.Answers.Present;
        return
        [
            .. preview.Changes.Select(c => new NewEvent(c.Event, metadata with { Causes = c.Causes }) { IsNew = true }),
            new NewEvent(merged, metadata with { Causes = causes }) { Id = EventIds.OfMerge(target.StreamName, _number) },
        ];
    }

    /// <summary>Reads what is new of the source once: who set which value, and what was done outside of the world, there and in what it had merged.</summary>
    private async Task<MergeEffects> ReadTheirsAsync(
        MergeState theirs,
        Position from,
        EntitySetters setters,
        Dictionary<StreamName, long> contained,
        Dictionary<StreamName, long> contents,
        CancellationToken cancellationToken)
    {
        var calls = new CallIndex(source.History);
        var tools = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var recorded in source.ReadAsync(from, theirs.At, cancellationToken).ConfigureAwait(false))
        {
            setters.Take(recorded);
            Last = recorded.Id;
            if (recorded.Version.Value > contained.GetValueOrDefault(recorded.Stream))
            {
                Count(recorded);
            }
        }

        var own = theirs.Segments().ToDictionary(s => s.Stream, s => s.Upto);
        foreach (var (stream, upto) in contents)
        {
            var known = Math.Max(own.GetValueOrDefault(stream), contained.GetValueOrDefault(stream));
            if (known < upto)
            {
                var merged = target.Store.ReadForwardAsync(stream, new StreamVersion(known + 1), new StreamVersion(upto), cancellationToken);
                await foreach (var recorded in source.Observed(merged, cancellationToken).ConfigureAwait(false))
                {
                    Count(recorded);
                }
            }
        }

        return new MergeEffects(calls.Whole, [.. tools]);

        void Count(RecordedEvent recorded)
        {
            calls.Take(recorded);
            if (recorded is { Type: "tool.called", Data: ToolCalled { Tool: { } tool } })
            {
                tools[tool] = tools.GetValueOrDefault(tool) + 1;
            }
        }
    }

    private async ValueTask<MergeDecision?> DecideAsync(MergeConflict conflict, CancellationToken cancellationToken)
    {
        if (_decided.TryGetValue(conflict.Key, out var made) && made.Conflict.HasValuesOf(conflict))
        {
            return made.Decision;
        }

        var decision = await options.Resolver.DecideAsync(conflict, cancellationToken).ConfigureAwait(false);
        if (decision is not null)
        {
            _decided[conflict.Key] = (conflict, decision);
        }

        return decision;
    }
}
