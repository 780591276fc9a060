using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The events that a handle appended last, until they are taken in the order of the history. Safe for concurrent use.</summary>
/// <remarks>Nothing is noted before the history was read for the first time: a handle that makes no calls keeps nothing.</remarks>
internal sealed class NotedEvents(EventRegistry registry)
{
    // The steps of an agent between two calls are few; what is not kept is read.
    private const int Most = 16;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Noted> _events = [];
    private bool _isAsked;

    /// <summary>The length that the history had after the appends so far.</summary>
    public Position Length { get; private set; }

    /// <summary>Notes the events of an append.</summary>
    /// <param name="appended">The events.</param>
    /// <param name="result">What the log said.</param>
    /// <param name="length">The length of the history after it.</param>
    /// <param name="now">The time.</param>
    public void Add(NewEvent[] appended, AppendResult result, Position length, DateTimeOffset now)
    {
        lock (_gate)
        {
            Length = length > Length ? length : Length;
            if (!_isAsked || result.Outcome != AppendOutcome.Written || _events.Count + appended.Length > Most)
            {
                return;
            }

            for (var i = 0; i < appended.Length; i++)
            {
                _events[length.Value - appended.Length + i] = new Noted(appended[i], result, appended.Length - 1 - i, now);
            }
        }
    }

    /// <summary>The event at a position, which is not kept any longer, nor are those before it; null if it was not noted.</summary>
    public RecordedEvent? TakeAt(Position position)
    {
        lock (_gate)
        {
            _isAsked = true;
            while (_events.Count > 0 && _events.First() is var (at, noted) && at <= position.Value)
            {
                _events.Remove(at);
                if (at == position.Value)
                {
                    return noted.ToRecorded(registry, position);
                }
            }

            return null;
        }
    }

    /// <param name="Event">The event.</param>
    /// <param name="Result">The answer to its append.</param>
    /// <param name="After">How many events of the append come after it.</param>
    /// <param name="At">When it was appended.</param>
    private sealed record Noted(NewEvent Event, AppendResult Result, int After, DateTimeOffset At)
    {
        public RecordedEvent ToRecorded(EventRegistry registry, Position position)
        {
            var written = registry.Write(Event);
            var version = new StreamVersion(Result.Version.Value - After);
            var sequence = new SequenceNumber(Result.LastSequence.Value - After);
            return new RecordedEvent(registry, Result.Stream, version, sequence, Event.IdIn(Result.Stream), written.Type, written.Json, written.Headers, At)
            {
                Position = position,
                CorrelationId = Event.CorrelationId,
            };
        }
    }
}
