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
            if (Repeats(request))
            {
                return [.. parts.Select(AnswerAgain)];
            }

            Decide(parts);
            return Write(parts, Now());
        }
    }

    private static PreparedAppend[] Prepare(AppendRequest request) =>
        [.. request.Parts.Select(p => new PreparedAppend(p.Stream, p.Expected, [.. p.Events.Select(Prepare)]))];

    private static PreparedEvent Prepare(AppendRequest.Item item) =>
        new(
            item.Id,
            item.Serialized.Type,
            JsonbForm.Of(item.Serialized.Json),
            item.Serialized.Headers.IsEmpty ? default : JsonbForm.Of(item.Serialized.Headers),
            item.Event.CorrelationId,
            item.CausationId);

    /// <summary>Whether the log has all events already; refuses when it has some, one in another stream, or one that says something else.</summary>
    private bool Repeats(AppendRequest request)
    {
        EventIdInUseException? inUse = null;
        EventIdInUseException? other = null;
        var isNew = false;
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                if (!_eventsById.TryGetValue(item.Id, out var holder))
                {
                    isNew = true;
                    continue;
                }

                var isElsewhere = holder.Stream != part.Stream;
                inUse ??= AppendRequest.InUse(
                    part, item.Id, holder.Stream, isElsewhere ? EventIdConflict.OtherStream : EventIdConflict.PartOfAppend);
                isNew |= isElsewhere;
                if (other is null && !item.IsSame(holder.Content.Type, holder.Content.Json))
                {
                    other = AppendRequest.InUse(part, item.Id, holder.Stream, EventIdConflict.OtherContent);
                }
            }
        }

        return inUse is null || (!isNew && other is null) ? inUse is not null
            : isNew ? throw inUse
            : throw other!;
    }

    private AppendResult AnswerAgain(PreparedAppend part)
    {
        if (part.Events.Length == 0)
        {
            var version = _streams.GetValueOrDefault(part.Stream)?.Version ?? StreamVersion.Empty;
            return new AppendResult(part.Stream, version, SequenceNumber.Start, AppendOutcome.AlreadyWritten);
        }

        var last = part.Events.Select(e => _eventsById[e.Id]).MaxBy(e => e.Version)!;
        return new AppendResult(part.Stream, last.Version, last.Sequence, AppendOutcome.AlreadyWritten);
    }

    private void Decide(PreparedAppend[] parts)
    {
        foreach (var part in parts)
        {
            ThrowIfArchived(part.Stream);
        }

        foreach (var part in parts)
        {
            var actual = _streams.GetValueOrDefault(part.Stream)?.Version ?? StreamVersion.Empty;
            if (!part.Expected.IsMetBy(actual))
            {
                throw new WrongExpectedVersionException(part.Stream, part.Expected, actual);
            }
        }
    }

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

    private sealed record PreparedAppend(StreamName Stream, ExpectedVersion Expected, PreparedEvent[] Events);
}
