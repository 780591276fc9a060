using System.Text.Json;
using Ledger.Runs;
using Ledger.Tasks;
using Ledger.Worlds;

namespace Ledger.Explorer.Contracts;

/// <summary>The causes or effects of an event.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Direction">causes or effects.</param>
/// <param name="Entries">The events, nearest first, beginning with the event itself.</param>
/// <param name="Calls">The calls of tasks that the events belong to.</param>
internal sealed record TraceContract(
    string Stream, string Direction, IReadOnlyList<TraceEntryContract> Entries, IReadOnlyList<CallContract> Calls)
{
    /// <summary>Adds the calls, where the store has tasks.</summary>
    public static async Task<TraceContract> OfAsync(CausalTrace trace, string direction, ITaskReader? tasks, CancellationToken cancellationToken)
    {
        var calls = new List<CallContract>();
        foreach (var id in tasks is null ? [] : trace.Events.Select(recorded => recorded.Metadata.CallId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await tasks!.FindCallAsync(id, cancellationToken).ConfigureAwait(false) is { } call)
            {
                calls.Add(CallContract.Of(call));
            }
        }

        return new TraceContract(
            trace.Stream.Value, direction, [.. trace.Entries.OrderBy(entry => entry.Distance).Select(TraceEntryContract.Of)], calls);
    }
}

/// <summary>An event on the way, or the id of one that is missing.</summary>
internal sealed record TraceEntryContract(string Id, int Distance, bool Missing, EventContract? Event = null)
{
    public static TraceEntryContract Of(TraceEntry entry) =>
        new(entry.Id, entry.Distance, entry.IsMissing, entry.Event is { } recorded ? EventContract.Of(recorded) : null);
}

/// <summary>The events that created and changed an object or relation.</summary>
internal sealed record BlameContract(
    string Stream,
    IReadOnlyList<BlameChangeContract> Changes,
    string? ObjectId = null,
    string? RelationId = null,
    string? Property = null)
{
    public static BlameContract Of(Blame blame) => new(
        blame.Stream.Value,
        [.. blame.Entries.Select(e => BlameChangeContract.Of(e.Kind, e.Event, e.Origins, ValueOf(e.Before, blame.Property), ValueOf(e.After, blame.Property)))],
        ObjectId: blame.ObjectId,
        Property: blame.Property);

    public static BlameContract Of(RelationBlame blame) => new(
        blame.Stream.Value,
        [.. blame.Entries.Select(e => BlameChangeContract.Of(e.Kind, e.Event, e.Origins, ValueOf(e.Before, blame.Property), ValueOf(e.After, blame.Property)))],
        RelationId: blame.RelationId,
        Property: blame.Property);

    private static JsonElement ValueOf(WorldObject? item, string? property) =>
        item is null ? default
        : property is null ? item.Data.ToJsonElement()
        : item.Data.GetValueOrDefault(property);

    // A relation means nothing without its ends.
    private static JsonElement ValueOf(Relation? item, string? property) =>
        item is null ? default
        : property is null ? JsonElement.Parse(item.ToString())
        : item.Data.GetValueOrDefault(property);
}

/// <summary>A change of an object or relation, with its value before and after; an absent value is omitted, to tell it from null.</summary>
/// <param name="Kind">created, replaced, patched or removed.</param>
/// <param name="Event">The event.</param>
/// <param name="Old">The value before.</param>
/// <param name="New">The value after.</param>
/// <param name="Origins">If a merge wrote the event: the events of the merged history that it took the values from.</param>
internal sealed record BlameChangeContract(
    string Kind, EventContract Event, JsonElement? Old = null, JsonElement? New = null, IReadOnlyList<EventContract>? Origins = null)
{
    public static BlameChangeContract Of(
        BlameKind kind, RecordedEvent recorded, IReadOnlyList<RecordedEvent> origins, JsonElement old, JsonElement @new) => new(
            kind.ToString().ToLowerInvariant(),
            EventContract.Of(recorded),
            old.OrAbsent(),
            @new.OrAbsent(),
            origins.Count == 0 ? null : [.. origins.Select(EventContract.Of)]);
}

/// <summary>Where two histories diverge.</summary>
/// <param name="A">The first stream.</param>
/// <param name="B">The second stream.</param>
/// <param name="SharedPrefix">The number of events that both have by reference.</param>
/// <param name="CommonPrefix">The number of events that are the same in both.</param>
/// <param name="Divergent">Whether any event differs.</param>
/// <param name="InA">The first event that only the first has.</param>
/// <param name="InB">The first event that only the second has.</param>
internal sealed record DivergenceContract(
    string A, string B, long SharedPrefix, long CommonPrefix, bool Divergent, EventContract? InA = null, EventContract? InB = null)
{
    public static DivergenceContract Of(Divergence divergence) => new(
        divergence.A.Value,
        divergence.B.Value,
        divergence.SharedPrefix.Value,
        divergence.CommonPrefix.Value,
        divergence.IsDivergent,
        divergence.InA is { } a ? EventContract.Of(a) : null,
        divergence.InB is { } b ? EventContract.Of(b) : null);
}
