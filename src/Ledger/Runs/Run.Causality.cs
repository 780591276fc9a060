using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

public sealed partial class Run
{
    /// <summary>Where the events of the history are stored.</summary>
    internal IEventStore Store => _ledger.Store;

    /// <summary>Finds an event of the history by an id as people and files spell it; null when there is none.</summary>
    /// <param name="id">A foreign id, which means the event of that id nearest to the end of the lineage, or an event's own id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<RecordedEvent?> FindEventAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Lookup().FindOwnAsync(id, cancellationToken);
    }

    /// <summary>Returns why an event happened: its causes, their causes, and so on to the roots, across forks into the shared prefix.</summary>
    /// <remarks>
    /// A few levels take a query each; a longer walk reads the history backwards in pages. Causes that are not in the history are kept and marked as missing;
    /// so is the event itself if it does not exist.
    /// </remarks>
    /// <param name="eventId">The event's id.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<CausalTrace> ExplainAsync(Guid eventId, CancellationToken cancellationToken = default) =>
        TraceAsync(eventId, static (lookup, start, token) => new CauseWalk(lookup).RunAsync(start, token), cancellationToken);

    /// <summary>Says why an event happened, as <see cref="ExplainAsync(Guid, CancellationToken)"/> does.</summary>
    /// <param name="id">The event's id as <see cref="FindEventAsync"/> takes it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<CausalTrace> ExplainAsync(string id, CancellationToken cancellationToken = default) =>
        TraceAsync(id, static (lookup, start, token) => new CauseWalk(lookup).RunAsync(start, token), cancellationToken);

    /// <summary>Returns what an event caused: its effects, their effects, and so on.</summary>
    /// <remarks>Reads the whole history once, and holds the ids and causes of its events in memory, not their data.</remarks>
    /// <param name="eventId">The event's id.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<CausalTrace> TraceEffectsAsync(Guid eventId, CancellationToken cancellationToken = default) =>
        TraceAsync(eventId, static (lookup, start, token) => new EffectWalk(lookup).RunAsync(start, token), cancellationToken);

    /// <summary>Returns what an event caused, as <see cref="TraceEffectsAsync(Guid, CancellationToken)"/> does.</summary>
    /// <param name="id">The event's id as <see cref="FindEventAsync"/> takes it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<CausalTrace> TraceEffectsAsync(string id, CancellationToken cancellationToken = default) =>
        TraceAsync(id, static (lookup, start, token) => new EffectWalk(lookup).RunAsync(start, token), cancellationToken);

    /// <summary>Names the events that made and changed an object, or one of its properties.</summary>
    /// <remarks>
    /// A store that keeps worlds as rows reads these events alone; elsewhere the whole history is read. An event that a merge wrote names the events of the
    /// merged history by <see cref="BlameEntry.Origins"/>.
    /// </remarks>
    /// <param name="objectId">The object's id; it may be removed by now.</param>
    /// <param name="property">A top-level property, or null for the whole object.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WorldFaultException">The handle is strict, and an event of the history cannot be applied.</exception>
    public async Task<Blame> BlameAsync(string objectId, string? property = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        var fold = new BlameFold(objectId, property);
        await foreach (var recorded in OwnEvents(r => r.ReadObjectEventsAsync(Stored, objectId, Upto(null), cancellationToken), cancellationToken))
        {
            fold.Apply(recorded);
        }

        var originsOf = await new BlameOrigins(Lookup())
            .FindAsync(EntityKind.WorldObject, objectId, property, fold.Entries.Select(e => e.Event), cancellationToken).ConfigureAwait(false);
        return new Blame(StreamName, objectId, property, [.. fold.Entries.Select(e => e with { Origins = originsOf(e.Event) })]);
    }

    /// <summary>Names the last events that made and changed an object: as <see cref="BlameAsync"/>, but at most a number of them.</summary>
    /// <remarks>A store that keeps worlds as rows reads no more than these, however often the object was changed.</remarks>
    /// <param name="objectId">The object's id; it may be removed by now.</param>
    /// <param name="most">How many, one or more.</param>
    /// <param name="at">After how many events of the history, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WorldFaultException">The handle is strict, and an event of the history cannot be applied.</exception>
    public async Task<Blame> BlameLastAsync(string objectId, int most, Position? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var reader = Reader;
        var events = await reader.ReadLastObjectEventsAsync(Stored, objectId, most, Upto(at), cancellationToken).ConfigureAwait(false);
        if (events.Count == 0)
        {
            return new Blame(StreamName, objectId, null, []);
        }

        var first = events[0].Position!.Value;
        var item = await reader.FindObjectAsync(Stored, objectId, first, cancellationToken).ConfigureAwait(false);
        var fold = new BlameFold(objectId, null, new World(item is null ? [] : [item], [], false, first, []));
        foreach (var recorded in events)
        {
            fold.Apply(recorded);
        }

        var originsOf = await new BlameOrigins(Lookup())
            .FindAsync(EntityKind.WorldObject, objectId, null, fold.Entries.Select(e => e.Event), cancellationToken).ConfigureAwait(false);
        return new Blame(StreamName, objectId, null, [.. fold.Entries.Select(e => e with { Origins = originsOf(e.Event) })]);
    }

    /// <summary>Names the events that made and changed a relation, or one of its properties.</summary>
    /// <param name="relationId">The relation's id; it may be removed by now.</param>
    /// <param name="property">A top-level property, or null for the whole relation.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WorldFaultException">The handle is strict, and an event of the history cannot be applied.</exception>
    public async Task<RelationBlame> BlameRelationAsync(
        string relationId,
        string? property = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(relationId);
        var fold = new RelationBlameFold(relationId, property);
        await foreach (var recorded in OwnEvents(r => r.ReadRelationEventsAsync(Stored, relationId, Upto(null), cancellationToken), cancellationToken))
        {
            fold.Apply(recorded);
        }

        var originsOf = await new BlameOrigins(Lookup())
            .FindAsync(EntityKind.Relation, relationId, property, fold.Entries.Select(e => e.Event), cancellationToken).ConfigureAwait(false);
        return new RelationBlame(StreamName, relationId, property, [.. fold.Entries.Select(e => e with { Origins = originsOf(e.Event) })]);
    }

    /// <summary>Compares this history with another of the same log from the front; see <see cref="Divergence"/>.</summary>
    /// <param name="other">The other run or branch.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<Divergence> FirstDivergenceAsync(Run other, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new HistoryComparison(this, other).RunAsync(cancellationToken);
    }

    private EventLookup Lookup() => new(this);

    // Found by rows where there are any; the fold counts its reads itself.
    private ConfiguredCancelableAsyncEnumerable<RecordedEvent> OwnEvents(
        Func<IWorldReader, IAsyncEnumerable<RecordedEvent>> read,
        CancellationToken cancellationToken)
    {
        var events = read(Reader);
        return (Rows is null ? events : Observed(events, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<CausalTrace> TraceAsync(
        string id,
        Func<EventLookup, RecordedEvent, CancellationToken, Task<CausalTrace>> walk,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        var lookup = Lookup();
        return await lookup.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } start
            ? await walk(lookup, start, cancellationToken).ConfigureAwait(false)
            : new CausalTrace(StreamName, [new TraceEntry(id, 0, null)]);
    }

    private async Task<CausalTrace> TraceAsync(
        Guid id,
        Func<EventLookup, RecordedEvent, CancellationToken, Task<CausalTrace>> walk,
        CancellationToken cancellationToken)
    {
        var lookup = Lookup();
        return await lookup.FindAsync([id], cancellationToken).ConfigureAwait(false) is [var start]
            ? await walk(lookup, start, cancellationToken).ConfigureAwait(false)
            : new CausalTrace(StreamName, [new TraceEntry(id.ToString(), 0, null)]);
    }
}
