using System.Text.Json;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Begins a branch at the end of one history with what a branch of the same family has found.</summary>
internal sealed class BranchRebase(Run source, Run onto, RebaseOptions options)
{
    private readonly StreamName _branch = StreamName.Branch(options.Id ?? Guid.CreateVersion7().ToString());

    /// <summary>The last event that is rebased.</summary>
    private Guid? _last;

    public Task<RebasePreview> PreviewAsync(CancellationToken cancellationToken) =>
        options.Mode == RebaseMode.Squash ? PreviewSquashAsync(cancellationToken) : PreviewEventsAsync(cancellationToken);

    /// <summary>Creates the branch with its events, the last of which is <c>branch.rebased</c>, in one transaction.</summary>
    public async Task<RebaseResult> RunAsync(CancellationToken cancellationToken)
    {
        var preview = await PreviewAsync(cancellationToken).ConfigureAwait(false);
        var rebased = new BranchRebased(
            preview.Source.Value,
            preview.SourceLength.Value,
            preview.Base,
            options.Mode == RebaseMode.Squash ? preview.Conflicts.Count : preview.Events.Count(e => e.Outcome == CarryOutcome.Conflict),
            CarryOver.UnchangedOf(preview.Events));
        NewEvent[] events =
        [
            .. preview.Events.SelectMany(e => e.Written),
            .. preview.Changes.Select(c => new NewEvent(c.Event, Metadata with { Causes = c.Causes })),
            new NewEvent(rebased, Metadata with { Causes = _last is { } last ? [last] : [] }) { Id = EventIds.OfMerge(_branch, 0) },
        ];
        var fork = new ForkOptions { Id = _branch.Id, Name = options.Name, Metadata = Metadata };
        var (branch, length) = await onto.ForkAsync(preview.OntoLength, fork, events, cancellationToken).ConfigureAwait(false);
        return new RebaseResult(branch, preview, events[^1].Id, length);
    }

    private EventMetadata Metadata => options.Metadata with { ForeignId = null, ForeignCauses = [] };

    private async Task<RebasePreview> PreviewEventsAsync(CancellationToken cancellationToken)
    {
        var pair = new BranchPair(onto, source);
        var (ours, theirs) = await pair.LookAsync(options.At, cancellationToken).ConfigureAwait(false);
        var graph = new MergeGraph(onto.Store);
        await graph.LoadAsync([onto.History, source.History], cancellationToken).ConfigureAwait(false);
        var bases = await graph.FindBasesAsync(ours, theirs, cancellationToken).ConfigureAwait(false);
        var events = await source.ReadAsync(theirs.FirstBeyond(graph.ContentsOf(ours)), theirs.At, cancellationToken)
            .Where(e => e is not { Type: "branch.created", Version.Value: 1 }).ToListAsync(cancellationToken).ConfigureAwait(false);
        _last = events.Count > 0 ? events[^1].Id : null;
        var known = await new KnownEvents(onto.Store, graph, ours).FindAsync(events, cancellationToken).ConfigureAwait(false);
        var causes = new RebasedCauses(_branch);
        await causes.LoadAsync(source, events, cancellationToken).ConfigureAwait(false);
        causes.Add(known);
        var carried = await new CarryOver(onto, source, options.Resolver)
            .RunAsync(events, known.Keys.ToHashSet(), ours.At, Rebased, cancellationToken).ConfigureAwait(false);
        await pair.CheckWholeAsync([theirs], cancellationToken).ConfigureAwait(false);
        return new RebasePreview
        {
            Source = source.StreamName,
            SourceLength = theirs.At,
            Onto = onto.StreamName,
            OntoLength = ours.At,
            Base = new MergeBase(bases[0].History!.Stream.Value, bases[0].At.Value),
            Events = carried,
            Conflicts = [.. carried.SelectMany(e => e.Conflicts)],
            Decisions = [.. carried.SelectMany(e => e.Decisions)],
        };

        NewEvent Rebased(RecordedEvent original, int ordinal, object data, IReadOnlyList<Guid> found)
        {
            var written = new NewEvent(data, causes.MetadataOf(original, ordinal, found)) { Id = EventIds.OfCarried(_branch, original.Id, ordinal) };
            causes.Add(original, written);
            return written;
        }
    }

    private async Task<RebasePreview> PreviewSquashAsync(CancellationToken cancellationToken)
    {
        var merge = new BranchMerge(onto, source, new MergeOptions { Resolver = options.Resolver, At = options.At });
        var preview = await merge.PreviewAsync(cancellationToken).ConfigureAwait(false);
        _last = merge.Last;
        var lost = preview.Conflicts.Where(c => c.Reason == MergeConflictReason.LostEnd).ToList();
        return new RebasePreview
        {
            Source = preview.Source,
            SourceLength = preview.SourceLength,
            Onto = preview.Target,
            OntoLength = preview.TargetLength,
            Base = preview.Base,
            Changes = [.. preview.Changes.Where(c => !lost.Exists(end => IsInTheWay(end, c)))],
            Conflicts = preview.Conflicts,
            Decisions = preview.Decisions,
        };
    }

    // While a lost end is open, neither its relation is led to it, nor is it removed.
    private static bool IsInTheWay(MergeConflict lostEnd, MergeChange change)
    {
        return change.Kind == EntityKind.Relation ? change.Id == lostEnd.Id : IsEnd(lostEnd.Ours) || IsEnd(lostEnd.Theirs);

        bool IsEnd(JsonElement relation) => relation.ValueKind == JsonValueKind.Object && relation.GetProperty(lostEnd.Path[1..]).ValueEquals(change.Id);
    }
}
