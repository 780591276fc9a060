using System.Text.Json;
using Ledger.Log;
using Ledger.Worlds;

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
        var causes = await FindCausesAsync(wanted, from, cancellationToken).ConfigureAwait(false);
        var known = await FindKnownAsync([.. wanted, .. causes], cancellationToken).ConfigureAwait(false);
        known.UnionWith(wanted.Where(e => e.Position!.Value < from).Select(e => e.Id));
        causes.RemoveAll(e => known.Contains(e.Id));
        var all = options.Causes == PickCauses.Include ? InOrder(wanted.Concat(causes)) : wanted;
        var carried = (await _carry.RunAsync([.. all.Where(e => !known.Contains(e.Id))], ours.At, Picked, cancellationToken).ConfigureAwait(false))
            .ToDictionary(e => e.Original.Id);
        return new CherryPickPreview
        {
            Target = target.StreamName,
            TargetLength = ours.At,
            Source = source.StreamName,
            Events = [.. all.Select(e => carried.GetValueOrDefault(e.Id) ?? new CarriedEvent(e, CarryOutcome.Known))],
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
                source.StreamName.Value, last.Position!.Value.Value + 1, [.. written.Select(e => e.Original.Id)], preview.Decisions.Count);
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

    private async Task<List<RecordedEvent>> FindCausesAsync(List<RecordedEvent> wanted, Position from, CancellationToken cancellationToken)
    {
        var closure = await new CausalClosure(source, from)
            .FindAsync([.. wanted.Where(e => e.Position!.Value >= from)], cancellationToken).ConfigureAwait(false);
        closure.ExceptWith(wanted.Select(e => e.Id));
        var causes = await new EventLookup(source).FindAsync(closure, cancellationToken).ConfigureAwait(false);
        return InOrder(causes.Where(e => !CarryOver.IsRecord(e.Type)));
    }

    /// <summary>The events that were picked before: into the target, or into what it shares with its ancestors.</summary>
    private async Task<HashSet<Guid>> FindKnownAsync(IReadOnlyList<RecordedEvent> asked, CancellationToken cancellationToken)
    {
        StreamName[] streams = [.. target.History.Lineage.Select(s => new StreamName(s.Stream)), target.StreamName];
        var originals = asked.SelectMany(e => streams.Select(s => (Id: EventIds.OfCarried(s, e.Id, 0), Original: e.Id))).ToDictionary(p => p.Id, p => p.Original);
        var found = await new EventLookup(target).FindAsync(originals.Keys, cancellationToken).ConfigureAwait(false);
        return [.. found.Where(e => e.Position is not null).Select(e => originals[e.Id])];
    }

    private static List<RecordedEvent> InOrder(IEnumerable<RecordedEvent> found) => [.. found.OrderBy(e => e.Position!.Value.Value)];
}
