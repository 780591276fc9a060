using Ledger.Log;

namespace Ledger;

public sealed partial class MemoryEventStore
{
    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        return Enumerate(() => ReadForward(stream, from, to), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        return Enumerate(() => ReadBackward(stream, from, to), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Enumerate(() => ReadHistory(history, from, to), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        Enumerate(() => ReadLog(after), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        cancellationToken.ThrowIfCancellationRequested();
        List<StoredEvent> found;
        lock (_gate)
        {
            found = [.. ids.Distinct().Select(id => _eventsById.GetValueOrDefault(id)).OfType<StoredEvent>()];
        }

        return [.. found.OrderBy(e => e.Sequence.Value).Select(e => e.Read(Registry))];
    }

    private IEnumerable<RecordedEvent> ReadForward(StreamName stream, StreamVersion from, StreamVersion? to)
    {
        var events = EventsOf(stream);
        var last = Math.Min(to?.Value ?? long.MaxValue, events.Length);
        for (var version = Math.Max(from.Value, 1); version <= last; version++)
        {
            yield return events.Span[(int)version - 1].Read(Registry);
        }
    }

    private IEnumerable<RecordedEvent> ReadBackward(StreamName stream, StreamVersion? from, StreamVersion to)
    {
        var events = EventsOf(stream);
        var last = Math.Max(to.Value, 1);
        for (var version = Math.Min(from?.Value ?? long.MaxValue, events.Length); version >= last; version--)
        {
            yield return events.Span[(int)version - 1].Read(Registry);
        }
    }

    private IEnumerable<RecordedEvent> ReadHistory(History history, Position from, Position? to)
    {
        var segments = SegmentsOf(history);
        var end = to?.Value ?? long.MaxValue;
        var offset = 0L;
        foreach (var (stream, taken, events) in segments)
        {
            var last = Math.Min(taken, end - offset);
            for (var index = Math.Max(from.Value - offset, 0); index < last; index++)
            {
                if (index >= events.Length)
                {
                    throw new BrokenHistoryException(history.Stream, stream, new StreamVersion(index + 1));
                }

                yield return events.Span[(int)index].Read(Registry, new Position(offset + index));
            }

            offset += taken;
        }
    }

    private IEnumerable<RecordedEvent> ReadLog(SequenceNumber after)
    {
        ReadOnlyMemory<StoredEvent> log;
        lock (_gate)
        {
            log = _log.Snapshot;
        }

        for (var sequence = after.Value; sequence < log.Length; sequence++)
        {
            yield return log.Span[(int)sequence].Read(Registry);
        }
    }

    private ReadOnlyMemory<StoredEvent> EventsOf(StreamName stream)
    {
        lock (_gate)
        {
            return _streams.GetValueOrDefault(stream)?.Events.Snapshot ?? default;
        }
    }

    private List<(StreamName Stream, long Taken, ReadOnlyMemory<StoredEvent> Events)> SegmentsOf(History history)
    {
        var segments = new List<(StreamName, long, ReadOnlyMemory<StoredEvent>)>(history.Lineage.Count + 1);
        lock (_gate)
        {
            foreach (var (name, taken) in history.Lineage)
            {
                var stream = new StreamName(name);
                segments.Add((stream, taken, _streams.GetValueOrDefault(stream)?.Events.Snapshot ?? default));
            }

            var own = _streams.GetValueOrDefault(history.Stream)?.Events.Snapshot ?? default;
            segments.Add((history.Stream, own.Length, own));
        }

        return segments;
    }
}
