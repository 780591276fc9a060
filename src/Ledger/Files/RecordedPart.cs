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
/// <remarks>
/// Events of the log that the recording does not have are passed over if they say something about the run and are no part of its work: an earlier end
/// of the recording, links to other runs, and the titles, labels and ends that people have given the run since.
/// </remarks>
internal sealed class RecordedPart(EventRegistry registry, IAsyncEnumerable<RecordedEvent> events, Position from) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<RecordedEvent> _events = events.GetAsyncEnumerator();
    private readonly List<long> _passedOver = [];
    private bool _isAtEnd;

    /// <summary>The position in the log after the events that are equal, or passed over.</summary>
    public Position Position { get; private set; } = from;

    /// <summary>The positions in the log of the events passed over, ascending.</summary>
    public IReadOnlyList<long> PassedOver => _passedOver;

    /// <summary>The position in the log of a position in the recording.</summary>
    /// <param name="position">The number of events before it in the recording.</param>
    /// <param name="passedOver">The positions in the log of events that the recording does not have, ascending.</param>
    public static long InLog(long position, IEnumerable<long> passedOver)
    {
        foreach (var other in passedOver)
        {
            if (other >= position)
            {
                break;
            }

            position++;
        }

        return position;
    }

    public async ValueTask<PartState> CompareNextAsync(NewEvent item)
    {
        if (_isAtEnd || !await _events.MoveNextAsync().ConfigureAwait(false))
        {
            _isAtEnd = true;
            return PartState.End;
        }

        while (!IsSame(item, _events.Current) && IsAboutTheRun(_events.Current))
        {
            _passedOver.Add(Position.Value);
            Position = new Position(Position.Value + 1);
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

        Position = new Position(Position.Value + 1);
        return PartState.Same;
    }

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    // The recording had ended there, and has gone on since; or the event was appended to the log and not imported.
    private static bool IsAboutTheRun(RecordedEvent recorded) => recorded.Type is RecordingEnd.EventType or RecordingEnd.ReferenceType or RecordingEnd.LinkType
        || (recorded.Metadata.ForeignId is null && recorded.Type is "run.renamed" or "run.labelled" or "run.completed" or "run.failed");

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
