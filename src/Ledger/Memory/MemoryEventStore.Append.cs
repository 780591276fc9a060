using Ledger.Log;
using Ledger.Tasks;

namespace Ledger;

public sealed partial class MemoryEventStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = AppendRequest.Create(appends, Registry);
        var parts = Prepare(request);
        lock (_gate)
        {
            var decision = AppendDecision.Make(request, KnownOf, KnownOf).OrThrow();
            return decision.Outcome == AppendOutcome.AlreadyWritten ? decision.Results : Write(parts, Now());
        }
    }

    private static PreparedAppend[] Prepare(AppendRequest request) =>
        [.. request.Parts.Select(p => new PreparedAppend(p.Stream, [.. p.Events.Select(Prepare)]))];

    private static PreparedEvent Prepare(AppendRequest.Item item) =>
        new(
            item.Id,
            item.Serialized.Type,
            JsonbForm.Of(item.Serialized.Json),
            item.Serialized.Headers.IsEmpty ? default : JsonbForm.Of(item.Serialized.Headers),
            item.Event.CorrelationId,
            item.CausationId);

    private KnownStream KnownOf(StreamName stream) =>
        _streams.TryGetValue(stream, out var found) ? new(found.Version.Value, found.State == StreamState.Archived) : default;

    private KnownEvent? KnownOf(Guid id) => _eventsById.TryGetValue(id, out var found)
        ? new(found.Stream, found.Version.Value, found.Sequence.Value, found.Content.Type, _masked.ContainsKey(id) ? default : found.Content.Json)
        : null;

    private void ThrowIfArchived(StreamName stream)
    {
        if (_streams.GetValueOrDefault(stream)?.State == StreamState.Archived)
        {
            throw new StreamArchivedException(stream);
        }
    }

    private AppendResult[] Write(PreparedAppend[] parts, DateTimeOffset notBefore, StreamName newBranch = default)
    {
        var planned = Plan(parts, notBefore);
        var documents = Project(planned, newBranch);
        var tasks = _tasks.Plan(planned.Where(e => TaskRules.IsTask(e.Stream)).Select(e => e.Read(Registry)));
        foreach (var part in parts)
        {
            if (!_streams.ContainsKey(part.Stream))
            {
                _streams.Add(part.Stream, new StoredStream(part.Stream, notBefore));
            }
        }

        foreach (var stored in planned)
        {
            var stream = _streams[stored.Stream];
            stream.UpdatedAt = stored.Timestamp;
            _eventsById.Add(stored.Content.Id, stored);
            _log.Add(stored);
            stream.Events.Add(stored);
        }

        Keep(documents);
        tasks.Keep();
        return [.. parts.Select(part => new AppendResult(
            part.Stream,
            _streams[part.Stream].Version,
            planned.LastOrDefault(e => e.Stream == part.Stream)?.Sequence ?? SequenceNumber.Start,
            AppendOutcome.Written))];
    }

    private List<StoredEvent> Plan(PreparedAppend[] parts, DateTimeOffset notBefore)
    {
        var planned = new List<StoredEvent>();
        foreach (var part in parts)
        {
            var stream = _streams.GetValueOrDefault(part.Stream);
            var version = stream?.Version.Value ?? 0;

            // A clock may go back; within a stream the time does not.
            var time = stream?.UpdatedAt > notBefore ? stream.UpdatedAt : notBefore;
            foreach (var prepared in part.Events)
            {
                var sequence = new SequenceNumber(_log.Count + planned.Count + 1);
                planned.Add(new StoredEvent(part.Stream, new StreamVersion(++version), sequence, time, prepared));
            }
        }

        return planned;
    }

    private sealed record PreparedAppend(StreamName Stream, PreparedEvent[] Events);
}
