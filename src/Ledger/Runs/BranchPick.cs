using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Writes chosen events of one history again in another of the same family.</summary>
internal sealed class BranchPick(Run target, Run source, IReadOnlyCollection<Guid> events, CherryPickOptions options)
{
    private readonly BranchPair _pair = new(target, source);
    private readonly CarryOver _carry = new(target, source, options.Resolver);

    /// <summary>The number of the cherry-pick among the merges of the target.</summary>
    private int _number;

    public async Task<CherryPickPreview> PreviewAsync(CancellationToken cancellationToken)
    {
        var (ours, theirs) = await _pair.LookAsync(null, cancellationToken).ConfigureAwait(false);
        var graph = new MergeGraph(target.Store);
        await graph.LoadAsync([target.History, source.History], cancellationToken).ConfigureAwait(false);
        _number = graph.NextOf(target.StreamName);
        var from = theirs.FirstBeyond(graph.ContentsOf(ours));
        var wanted = await FindChosenAsync(events, cancellationToken).ConfigureAwait(false);
        var closure = await CausalClosure.LoadAsync(source, from, wanted, cancellationToken).ConfigureAwait(false);
        var causes = await FindCausesAsync(closure, wanted, cancellationToken).ConfigureAwait(false);
        var known = (await new KnownEvents(target.Store, graph, ours).FindAsync(wanted.Concat(causes), cancellationToken).ConfigureAwait(false)).Keys
            .Concat(wanted.Where(e => e.Position!.Value < from).Select(e => e.Id)).ToHashSet();

        // What a known event follows from was decided when it was picked.
        var needed = closure.Of(wanted.Select(e => e.Id), known);
        causes.RemoveAll(e => !needed.Contains(e.Id) || CarryOver.IsRecord(e.Type));
        var all = options.Causes == PickCauses.Include ? InOrder(wanted.Concat(causes)) : wanted;
        var carried = await _carry.RunAsync(all, known, ours.At, Picked, cancellationToken).ConfigureAwait(false);
        await _pair.CheckWholeAsync([theirs], cancellationToken).ConfigureAwait(false);
        return new CherryPickPreview
        {
            Target = target.StreamName,
            TargetLength = ours.At,
            Source = source.StreamName,
            Events = carried,
            Missing = options.Causes == PickCauses.Include ? [] : causes,
        };
    }

    public Task<CherryPickResult> RunAsync(CancellationToken cancellationToken) => _pair.WriteAsync(
        options.ExpectedLength,
        () => PreviewAsync(cancellationToken),
        preview => preview.TargetLength,
        async preview =>
        {
            if (preview.Missing.Count + preview.Conflicts.Count > 0)
            {
                throw new CherryPickRefusedException(preview);
            }

            var written = preview.Events.Where(e => e.Written.Count > 0).ToList();
            if (written.Count == 0)
            {
                return new CherryPickResult(preview, null, preview.TargetLength);
            }

            var last = written[^1].Original;
            var picked = new BranchPicked(
                source.StreamName.Value,
                last.Position!.Value.Value + 1,
                [.. written.Select(e => e.Original.Id)],
                preview.Decisions.Count,
                CarryOver.UnchangedOf(preview.Events));
            var end = new NewEvent(picked, Metadata with { Causes = [last.Id, .. target.Answers.Present] })
            {
                Id = EventIds.OfMerge(target.StreamName, _number),
            };
            var length = await target.AppendMergeAsync([.. written.SelectMany(e => e.Written), end], preview.TargetLength, cancellationToken).ConfigureAwait(false);
            return new CherryPickResult(preview, end.Id, length);
        });

    private EventMetadata Metadata => options.Metadata with { ForeignId = null, ForeignCauses = [] };

    private NewEvent Picked(RecordedEvent original, int ordinal, object data, IReadOnlyList<Guid> causes)
    {
        var headers = new Dictionary<string, JsonElement>(original.Metadata.Headers, StringComparer.Ordinal);
        if (ChangedFork.ReplacedBy(original) is not null)
        {
            headers.Remove(ChangedFork.Header);
        }

        foreach (var (name, value) in options.Metadata.Headers)
        {
            headers[name] = value;
        }

        return new NewEvent(data, Metadata with { Causes = [.. causes.Prepend(original.Id).Distinct()], Headers = headers })
        {
            Id = EventIds.OfCarried(target.StreamName, original.Id, ordinal),
        };
    }

    private async Task<List<RecordedEvent>> FindChosenAsync(IReadOnlyCollection<Guid> events, CancellationToken cancellationToken)
    {
        var found = await new EventLookup(source).FindAsync(events.Distinct(), cancellationToken).ConfigureAwait(false);
        found.RemoveAll(e => e.Position is null);
        var ids = found.Select(e => e.Id).ToHashSet();
        return events.Where(id => !ids.Contains(id)).Select(id => (Guid?)id).FirstOrDefault() is { } stranger
            ? throw new ArgumentException($"'{stranger}' is not an event of '{source.StreamName}'. Choose events of its history.", nameof(events))
            : InOrder(found);
    }

    private async Task<List<RecordedEvent>> FindCausesAsync(
        CausalClosure closure,
        List<RecordedEvent> wanted,
        CancellationToken cancellationToken)
    {
        var ids = wanted.Select(e => e.Id).ToList();
        var causes = closure.Of(ids, []);
        causes.ExceptWith(ids);
        return InOrder(await new EventLookup(source).FindAsync(causes, cancellationToken).ConfigureAwait(false));
    }

    private static List<RecordedEvent> InOrder(IEnumerable<RecordedEvent> found) => [.. found.OrderBy(e => e.Position!.Value.Value)];
}
