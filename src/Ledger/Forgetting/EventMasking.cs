using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Records;

namespace Ledger.Forgetting;

/// <summary>Replaces payloads of events in place, and says so in the log: erasure that keeps the rest of the history, its order and its proof.</summary>
/// <remarks>
/// <para>Events keep their id, name, place, time and headers. Worlds, snapshots, tasks, records, searches and summaries follow, also those of branches that share the event. An
/// event <c>event.masked</c> in the stream <c>masked:{stream}</c> says which event, when, why and by whom. An append of a masked event again is answered as a repetition.</para>
/// <para>It goes in pages of at most 500 events, each in a transaction. After a crash a page is masked or is not; call it again to go on, which masks nothing twice. Events that are
/// appended meanwhile may be missed.</para>
/// <para>Safe for concurrent use. On PostgreSQL it is for the operator or the owner.</para>
/// </remarks>
public sealed partial class EventMasking
{
    private const int PageEvents = 500;
    private const int PageBytes = 8 * 1024 * 1024;
    private const int MostNamed = 1_000;
    private const int MostAttempts = 100;

    private readonly IEventStore _store;
    private readonly IMaskingLog _log;
    private readonly PayloadMasker _masker;

    /// <summary>Masks in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="rules">Rules besides those that follow from the attributes of the store's event types; null for none.</param>
    /// <exception cref="ArgumentException">The store cannot replace payloads, as one that encrypts them cannot: pass the one below it. Or an attribute names a member that its type does not have.</exception>
    public EventMasking(IEventStore store, IEnumerable<PersonalDataRule>? rules = null)
        : this(store, LogOf(store), rules)
    {
    }

    internal EventMasking(IEventStore store, IMaskingLog log, IEnumerable<PersonalDataRule>? rules = null)
    {
        _store = store;
        _log = log;
        _masker = new PayloadMasker([.. PersonalDataRule.Of(store.Registry), .. rules ?? []]);
    }

    /// <summary>Tells what <see cref="MaskAsync"/> would mask, and masks nothing.</summary>
    /// <param name="request">What to mask.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<MaskReport> PlanAsync(MaskRequest request, CancellationToken cancellationToken = default) => RunAsync(request, false, cancellationToken);

    /// <summary>Masks.</summary>
    /// <param name="request">What to mask.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    public Task<MaskReport> MaskAsync(MaskRequest request, CancellationToken cancellationToken = default) => RunAsync(request, true, cancellationToken);

    /// <summary>What was masked, by the events that say so: the list that is kept beside the backups of a log, and masked again by <see cref="MaskAgainAsync"/> after one was restored.</summary>
    /// <remarks>Stream by stream, in the order in which each was masked. It has ids, paths and reasons, and nothing of a payload.</remarks>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async IAsyncEnumerable<EventMasked> ReadMaskedAsync(IEventStore store, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (var stream in store.ListStreamsAsync("masked:", cancellationToken).ConfigureAwait(false))
        {
            await foreach (var recorded in store.ReadForwardAsync(stream.Name, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                if (recorded.Data is EventMasked masked)
                {
                    yield return masked;
                }
            }
        }
    }

    /// <summary>Which of some events were masked, each with the last event that says so; none in a store that cannot replace payloads.</summary>
    /// <param name="store">The store.</param>
    /// <param name="events">The ids; a thousand are a good batch.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static Task<IReadOnlyList<MaskedEvent>> FindMaskedAsync(
        IEventStore store, IReadOnlyCollection<Guid> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(events);
        return store.Get<IMaskingLog>()?.FindMaskedAsync(events, cancellationToken) ?? Task.FromResult<IReadOnlyList<MaskedEvent>>([]);
    }

    private static IMaskingLog LogOf(IEventStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Get<IMaskingLog>() ?? throw new ArgumentException("The store cannot replace the payloads of events.", nameof(store));
    }

    private async Task<MaskReport> RunAsync(MaskRequest request, bool masks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var progress = new Progress();
        var page = new List<PayloadMask>();
        var bytes = 0L;
        var missing = request.Events.ToHashSet();
        await foreach (var (recorded, isBinary) in WithFormAsync(ReadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            missing.Remove(recorded.Id);
            progress.Read++;
            if (request.EventType is { } type && type != recorded.Type)
            {
                continue;
            }

            var mask = isBinary ? _masker.MaskBinary(recorded, request, out var refusal) : _masker.Mask(recorded, request, out refusal);
            if (refusal is not null)
            {
                progress.Refuse(recorded, refusal, isAsked: request.Events.Count > 0);
            }
            else if (mask is null)
            {
                progress.Unchanged++;
            }
            else
            {
                page.Add(mask);
                bytes += mask.Json.Length + recorded.Json.Length;
            }

            if (page.Count == PageEvents || bytes >= PageBytes)
            {
                await WriteAsync(page, request, masks, progress, cancellationToken).ConfigureAwait(false);
                (page, bytes) = ([], 0);
            }
        }

        await WriteAsync(page, request, masks, progress, cancellationToken).ConfigureAwait(false);
        foreach (var id in missing)
        {
            progress.Refused.Add(new MaskRefusal(id, null, "The log has no such event."));
        }

        var projections = progress.Masked > 0 ? await _log.ListProjectionsAsync(cancellationToken).ConfigureAwait(false) : [];
        var archives = request.Subject is not null ? await _log.ListArchivesAsync(null, MostNamed, cancellationToken).ConfigureAwait(false)
            : request.Stream is { } asked ? await _log.ListArchivesAsync([asked.Value], MostNamed, cancellationToken).ConfigureAwait(false)
            : missing.Count > 0 ? await _log.ListArchivesAsync(null, MostNamed, cancellationToken).ConfigureAwait(false)
            : await _log.ListArchivesAsync([.. progress.Streams.Union(progress.Lost, StringComparer.Ordinal)], MostNamed, cancellationToken).ConfigureAwait(false);
        return new MaskReport(progress.Read, progress.Masked, progress.Unchanged, progress.Refused, progress.Events, [.. progress.Streams], projections) { Archives = archives };
    }

    // Only where the store reads an empty payload, it may be a binary one.
    private async IAsyncEnumerable<(RecordedEvent Event, bool IsBinary)> WithFormAsync(
        IAsyncEnumerable<RecordedEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in events.Chunk(PageEvents).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Guid[] empty = [.. page.Where(recorded => recorded.Json.Length <= 4).Select(recorded => recorded.Id)];
            var binary = empty.Length == 0 ? [] : (await _log.FindBinaryAsync(empty, cancellationToken).ConfigureAwait(false)).ToHashSet();
            foreach (var recorded in page)
            {
                yield return (recorded, binary.Contains(recorded.Id));
            }
        }
    }

    private async Task WriteAsync(List<PayloadMask> page, MaskRequest request, bool masks, Progress progress, CancellationToken cancellationToken)
    {
        var count = page.Count;
        if (request.IsReplaced && count > 0)
        {
            Guid[] ids = [.. page.Select(mask => mask.Event.Id)];
            var said = (await _log.FindMaskedAsync(ids, cancellationToken).ConfigureAwait(false)).Select(masked => masked.EventId).ToHashSet();
            said.ExceptWith(await _log.FindReplacedAsync(ids, cancellationToken).ConfigureAwait(false));
            page.RemoveAll(mask => said.Contains(mask.Event.Id));
        }

        // Another program may mask the same events; each time one of the two gets on.
        for (var attempt = 1; masks && page.Count > 0 && !await _log.MaskAsync(page, new EventMetadata { Actor = request.By }, cancellationToken).ConfigureAwait(false); attempt++)
        {
            if (attempt == MostAttempts)
            {
                throw new InvalidOperationException(
                    $"The event '{page[0].Event.Id}' or another of its page is not in the log as the store returns it. Mask with the engine, and not with a store that changes what it reads.");
            }

            var now = await FindAsync([.. page.Select(mask => mask.Event.Id)], RecordsOf(page.Select(mask => mask.Event.Stream)), cancellationToken).ConfigureAwait(false);
            foreach (var gone in page.Where(mask => now.All(e => e.Id != mask.Event.Id)))
            {
                progress.Lose(gone.Event);
                count--;
            }

            page = await WithFormAsync(now.ToAsyncEnumerable(), cancellationToken)
                .Select(e => e.IsBinary ? _masker.MaskBinary(e.Event, request, out _) : _masker.Mask(e.Event, request, out _))
                .OfType<PayloadMask>()
                .ToListAsync(cancellationToken)
                .ConfigureAwait(false);
        }

        progress.Unchanged += count - page.Count;
        page.ForEach(mask => progress.Mask(mask.Event));
    }

    // Also those that a compaction took out of a record store.
    private async Task<IReadOnlyList<RecordedEvent>> FindAsync(IReadOnlyCollection<Guid> ids, IAsyncEnumerable<StreamName> records, CancellationToken cancellationToken)
    {
        var found = (await _store.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false)).ToList();
        var missing = ids.Except(found.Select(e => e.Id)).ToHashSet();
        if (missing.Count == 0)
        {
            return found;
        }

        await foreach (var stream in records.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (Open(stream) is { } session)
            {
                await using var _ = session.ConfigureAwait(false);
                var archived = await session.FindEventsAsync([.. missing], cancellationToken).ConfigureAwait(false);
                found.AddRange(archived.Where(e => missing.Remove(e.Id)));
                if (missing.Count == 0)
                {
                    break;
                }
            }
        }

        return found;
    }

    private static IAsyncEnumerable<StreamName> RecordsOf(IEnumerable<StreamName> streams) => streams.Where(stream => stream.Category == "chrono").Distinct().ToAsyncEnumerable();

    private IAsyncEnumerable<RecordedEvent> ReadAsync(MaskRequest request, CancellationToken cancellationToken) =>
        request.Subject is not null ? ReadAllAsync(cancellationToken)
        : request.Stream is { } stream ? ReadAsync(stream, long.MaxValue, cancellationToken)
        : request.IsOfAllReplaced ? ReadReplacedAsync(cancellationToken)
        : ReadAsync(request.Events, request.Records is { } records ? RecordsOf(records) : _store.ListStreamsAsync("chrono:", cancellationToken).Select(stream => stream.Name), cancellationToken);

    private async IAsyncEnumerable<RecordedEvent> ReadReplacedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ids = await _log.FindReplacedAsync(null, cancellationToken).ConfigureAwait(false);
        await foreach (var recorded in ReadAsync(ids, _store.ListStreamsAsync("chrono:", cancellationToken).Select(stream => stream.Name), cancellationToken).ConfigureAwait(false))
        {
            yield return recorded;
        }
    }

    private async IAsyncEnumerable<RecordedEvent> ReadAsync(
        IReadOnlyList<Guid> ids, IAsyncEnumerable<StreamName> records, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var batch in ids.Chunk(PageEvents))
        {
            foreach (var recorded in await FindAsync(batch, records, cancellationToken).ConfigureAwait(false))
            {
                yield return recorded;
            }
        }
    }

    // What a compaction took out of a record store is not in its stream.
    private async IAsyncEnumerable<RecordedEvent> ReadAsync(StreamName stream, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (stream.Category != "chrono" || Open(stream) is not { } session)
        {
            await foreach (var recorded in _store.ReadForwardAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                yield return recorded;
            }

            yield break;
        }

        await using var _ = session.ConfigureAwait(false);
        await foreach (var recorded in session.ReadEventsAsync(1, to, cancellationToken).ConfigureAwait(false))
        {
            yield return recorded;
        }
    }

    private async IAsyncEnumerable<RecordedEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var archived = new Dictionary<StreamName, long>();
        await foreach (var stream in _store.ListStreamsAsync("chrono:", cancellationToken).ConfigureAwait(false))
        {
            if (Open(stream.Name) is not { } session)
            {
                continue;
            }

            await using var _ = session.ConfigureAwait(false);
            var place = await session.GetPlaceAsync(cancellationToken).ConfigureAwait(false);
            archived[stream.Name] = place.ArchivedTo;
            await foreach (var recorded in session.ReadEventsAsync(1, place.ArchivedTo, cancellationToken).ConfigureAwait(false))
            {
                yield return recorded;
            }
        }

        await foreach (var recorded in _store.ReadLogAsync(default, cancellationToken).ConfigureAwait(false))
        {
            // In memory nothing is taken out.
            if (recorded.Version.Value > archived.GetValueOrDefault(recorded.Stream))
            {
                yield return recorded;
            }
        }
    }

    private IChronoSession? Open(StreamName stream) => _store.Get<IChronoLog>()?.OpenChrono(stream);

    private sealed class Progress
    {
        public long Read { get; set; }

        public long Masked { get; private set; }

        public long Unchanged { get; set; }

        public List<MaskRefusal> Refused { get; } = [];

        public List<MaskedPayload> Events { get; } = [];

        public SortedSet<string> Streams { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Lost { get; } = new(StringComparer.Ordinal);

        public void Mask(RecordedEvent recorded)
        {
            Masked++;
            Streams.Add(recorded.Stream.Value);
            if (Events.Count < MostNamed)
            {
                Events.Add(new MaskedPayload(recorded.Id, recorded.Stream.Value, recorded.Version.Value, recorded.Type));
            }
        }

        // It was in the log when it was read.
        public void Lose(RecordedEvent recorded)
        {
            Lost.Add(recorded.Stream.Value);
            if (Refused.Count < MostNamed)
            {
                Refused.Add(new MaskRefusal(recorded.Id, recorded.Stream.Value, "The event was removed from the log meanwhile; if retention did, its archive has the payload."));
            }
        }

        // Of a whole stream, what makes it a branch or says what was masked is no surprise.
        public void Refuse(RecordedEvent recorded, string reason, bool isAsked)
        {
            if (!isAsked && PayloadMasker.IsStructural(recorded))
            {
                Unchanged++;
            }
            else if (Refused.Count < MostNamed)
            {
                Refused.Add(new MaskRefusal(recorded.Id, recorded.Stream.Value, reason));
            }
        }
    }
}
