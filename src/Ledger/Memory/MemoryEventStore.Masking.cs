using System.Globalization;
using Ledger.Log;
using Ledger.Tasks;

namespace Ledger;

public sealed partial class MemoryEventStore : IMaskingLog
{
    // By the id of the masked event.
    private readonly Dictionary<Guid, MaskedEvent> _masked = [];

    // How often payloads were replaced, by which a snapshot shows that its events were read before.
    private long _masks;

    private string MaskMark => _masks.ToString(CultureInfo.InvariantCulture);

    async Task<IReadOnlyList<MaskedEvent>> IMaskingLog.FindMaskedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return [.. ids.Distinct().Select(id => _masked.GetValueOrDefault(id)).OfType<MaskedEvent>()];
        }
    }

    // No other program writes here.
    Task<IReadOnlyList<Guid>> IMaskingLog.FindReplacedAsync(IReadOnlyCollection<Guid>? ids, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>>([]);

    // Documents follow at once.
    Task<IReadOnlyList<string>> IMaskingLog.ListProjectionsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    Task<IReadOnlyList<Guid>> IMaskingLog.FindBinaryAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>>([]);

    Task<IReadOnlyList<string>> IMaskingLog.ListArchivesAsync(IReadOnlyCollection<string>? streams, int most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    async Task<bool> IMaskingLog.MaskAsync(IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var notes = masks.GroupBy(mask => EventMasked.StreamOf(mask.Event.Stream)).Select(group =>
            new StreamAppend(group.Key, ExpectedVersion.Any, [.. group.Select(mask => new NewEvent(mask.Note, metadata))]) { IsOfLedger = true }).ToArray();
        var parts = Prepare(AppendRequest.Create(notes, Registry));
        var records = RecordStoresOf(masks);
        foreach (var rows in records)
        {
            await rows.Writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        try
        {
            lock (_gate)
            {
                return Mask(masks, parts, records);
            }
        }
        finally
        {
            records.ForEach(rows => rows.Writing.Release());
        }
    }

    private Guid? MaskOf(Guid id)
    {
        lock (_gate)
        {
            return _masked.GetValueOrDefault(id)?.By;
        }
    }

    private List<ChronoRows> RecordStoresOf(IReadOnlyList<PayloadMask> masks)
    {
        lock (_gate)
        {
            return [.. masks.Select(mask => mask.Event.Stream).Distinct()
                .OrderBy(stream => stream.Value, StringComparer.Ordinal)
                .Select(stream => _chronoRows.GetValueOrDefault(stream))
                .OfType<ChronoRows>()];
        }
    }

    private bool Mask(IReadOnlyList<PayloadMask> masks, PreparedAppend[] notes, List<ChronoRows> records)
    {
        var stored = masks.Select(mask => _eventsById[mask.Event.Id]).ToArray();
        if (stored.Zip(masks).Any(pair =>
            !pair.First.Content.Json.Span.SequenceEqual(pair.Second.Event.Json.Span) || !pair.First.Content.Headers.Span.SequenceEqual(pair.Second.Event.HeadersJson.Span)))
        {
            return false;
        }

        var before = Array.ConvertAll(stored, e => e.Content);
        var documents = _documents.ToArray();
        var tasksBefore = _tasks;
        try
        {
            foreach (var (found, mask) in stored.Zip(masks))
            {
                found.Content = found.Content with
                {
                    Json = JsonbForm.Of(mask.Json),
                    Headers = mask.Headers.IsEmpty ? found.Content.Headers : JsonbForm.Of(mask.Headers),
                };
            }

            var all = _log.Snapshot.ToArray();
            _documents.Clear();
            Keep(Project([.. all], default));
            var tasks = new TaskTables();
            tasks.Plan(all.Where(e => TaskRules.IsTask(e.Stream)).Select(e => e.Read(Registry))).Keep();
            _tasks = tasks;
            Write(notes, Now());
        }
        catch
        {
            // A projection of the application may throw.
            foreach (var (found, content) in stored.Zip(before))
            {
                found.Content = content;
            }

            _tasks = tasksBefore;
            _documents.Clear();
            Array.ForEach(documents, document => _documents.Add(document.Key, document.Value));
            throw;
        }

        foreach (var (mask, note) in masks.Zip(NotesOf(masks, notes)))
        {
            _masked[mask.Event.Id] = new MaskedEvent(mask.Event.Id, note.Content.Id, note.Timestamp);
        }

        _masks++;
        foreach (var stream in stored.SelectMany(SharingOf).Distinct())
        {
            _snapshots.Remove(stream);
        }

        records.ForEach(rows => rows.Empty());
        if (_summaries.IsValueCreated)
        {
            _summaries.Value.Forget();
        }

        return true;
    }

    private IEnumerable<StoredEvent> NotesOf(IReadOnlyList<PayloadMask> masks, PreparedAppend[] notes)
    {
        var ids = notes.ToDictionary(part => part.Stream, part => new Queue<Guid>(part.Events.Select(e => e.Id)));
        return masks.Select(mask => _eventsById[ids[EventMasked.StreamOf(mask.Event.Stream)].Dequeue()]);
    }

    // The stream of an event, and the branches that share it.
    private IEnumerable<StreamName> SharingOf(StoredEvent found) => _branches.Values
        .Where(branch => branch.Lineage.Any(segment => segment.Stream == found.Stream.Value && segment.Taken >= found.Version.Value))
        .Select(branch => branch.Stream)
        .Append(found.Stream);
}
