using Ledger.Json;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>How the next event of a recording compares with the log.</summary>
internal enum PartState
{
    /// <summary>The log has the same event.</summary>
    Same,

    /// <summary>The log has a different event at that position.</summary>
    Other,

    /// <summary>The log has no more events.</summary>
    End,
}

/// <summary>Compares the events of a recording, one by one, with those already in the log.</summary>
internal sealed class RecordedPart(EventRegistry registry, IAsyncEnumerable<RecordedEvent> events) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<RecordedEvent> _events = events.GetAsyncEnumerator();
    private bool _isAtEnd;

    /// <summary>The number of events so far that are equal, or passed over.</summary>
    public long Position { get; private set; }

    public async ValueTask<PartState> CompareNextAsync(NewEvent item)
    {
        if (_isAtEnd || !await _events.MoveNextAsync().ConfigureAwait(false))
        {
            _isAtEnd = true;
            return PartState.End;
        }

        // The recording had ended there, and has gone on since.
        while (!IsSame(item, _events.Current) && _events.Current.Type == RecordingEnd.EventType)
        {
            Position++;
            if (!await _events.MoveNextAsync().ConfigureAwait(false))
            {
                _isAtEnd = true;
                return PartState.End;
            }
        }

        if (!IsSame(item, _events.Current))
        {
            return PartState.Other;
        }

        Position++;
        return PartState.Same;
    }

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    // An event without a foreign id was exported with its own id.
    private bool IsSame(NewEvent item, RecordedEvent recorded)
    {
        var id = recorded.Metadata.ForeignId ?? recorded.Id.ToString();
        if (item.Metadata.ForeignId is { } foreignId && foreignId != id)
        {
            return false;
        }

        var written = registry.Write(item);
        return written.Type == recorded.Type
            && JsonEquality.Instance.Equals(EventJson.ParseElement(written.Json), recorded.ToJsonElement());
    }
}
