using System.Collections.Frozen;
using Ledger.Events;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Says what becomes of events of one history in another.</summary>
/// <remarks>
/// <list type="number">
/// <item>Events of objects and relations are merged into its world one by one.</item>
/// <item>An application's own events are written as they are.</item>
/// <item>What records a call, a budget, an approval or a branch stays where it happened; causes lead to it.</item>
/// </list>
/// </remarks>
internal sealed class CarryOver(Run target, Run source, MergeResolver resolver)
{
    // Besides the built-in names, those of events that Marten writes itself.
    private static readonly FrozenSet<string> Records = EventRegistry.Default.Types.Select(t => t.Key)
        .Where(name => WorldEntity.KindOf(name) is null).Concat(["tombstone", "archived"]).ToFrozenSet(StringComparer.Ordinal);

    // What was decided is not asked again when the target grows and the merge starts again.
    private readonly Dictionary<(Guid, EntityKind, string, MergeConflictReason, string), (MergeConflict Conflict, MergeDecision Decision)> _decided = [];

    /// <summary>Whether events of a name are never written again.</summary>
    public static bool IsRecord(string type) => Records.Contains(type);

    /// <summary>The ids of the events that change nothing in the target; null for none.</summary>
    public static IReadOnlyList<Guid>? UnchangedOf(IEnumerable<CarriedEvent> events) =>
        events.Where(e => e.Outcome == CarryOutcome.Unchanged).Select(e => e.Original.Id).ToList() is { Count: > 0 } ids ? ids : null;

    /// <summary>What becomes of each event, in order.</summary>
    /// <param name="events">The events in the order of the source's history, with their positions.</param>
    /// <param name="known">The ids of those that the target has already.</param>
    /// <param name="length">The length of the target.</param>
    /// <param name="form">How the events that are written for one are written: their data and, for those of objects and relations, the causes that their merge found.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<IReadOnlyList<CarriedEvent>> RunAsync(
        IReadOnlyList<RecordedEvent> events,
        IReadOnlySet<Guid> known,
        Position length,
        Func<RecordedEvent, int, object, IReadOnlyList<Guid>, NewEvent> form,
        CancellationToken cancellationToken)
    {
        var carrier = new EventCarrier(target.MergeReader, target.History, length, source.History, DecideAsync);
        var changes = await carrier.RunAsync([.. events.Where(e => !known.Contains(e.Id) && WorldEntity.KindOf(e.Type) is not null)], cancellationToken).ConfigureAwait(false);
        return [.. events.Select(Carried)];

        CarriedEvent Carried(RecordedEvent recorded)
        {
            if (known.Contains(recorded.Id))
            {
                return new CarriedEvent(recorded, CarryOutcome.Known);
            }

            if (IsRecord(recorded.Type))
            {
                return new CarriedEvent(recorded, CarryOutcome.Record);
            }

            if (WorldEntity.KindOf(recorded.Type) is null)
            {
                return new CarriedEvent(recorded, CarryOutcome.Written)
                {
                    Written = [form(recorded, 0, new UntypedEvent(recorded.Type, recorded.ToJsonElement()), [])],
                };
            }

            var change = changes.GetValueOrDefault(recorded.Id, CarriedChange.None);
            return new CarriedEvent(recorded, change.Outcome)
            {
                Written = [.. change.Changes.Select((c, i) => form(recorded, i, c.Event, c.Causes))],
                Conflicts = change.Open,
                Decisions = change.Decided,
            };
        }
    }

    private async ValueTask<MergeDecision?> DecideAsync(Guid eventId, MergeConflict conflict, CancellationToken cancellationToken)
    {
        var key = (eventId, conflict.Kind, conflict.Id, conflict.Reason, conflict.Path);
        if (_decided.TryGetValue(key, out var made) && made.Conflict.HasValuesOf(conflict))
        {
            return made.Decision;
        }

        var decision = await resolver.DecideAsync(conflict, cancellationToken).ConfigureAwait(false);
        if (decision is not null)
        {
            _decided[key] = (conflict, decision);
        }

        return decision;
    }
}
