using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Where a history's events are stored, and which of them a cause can refer to.</summary>
/// <remarks>
/// A foreign id means the event of that id in the effect's own segment, else in the nearest segment before it: an event of the
/// prefix has the same causes in the parent and in every branch. Segments below did not exist for it. An event of a history that was merged has the causes
/// that it has there.
/// </remarks>
internal sealed class CauseScope
{
    private readonly StreamName[] _segments;
    private readonly Dictionary<StreamName, (int Segment, long Offset, long Taken)> _byStream = [];
    private readonly Dictionary<StreamName, StreamName[]> _merged = [];

    public CauseScope(History history)
    {
        _segments = [.. history.Lineage.Select(s => new StreamName(s.Stream)), history.Stream];
        var offset = 0L;
        for (var i = 0; i < _segments.Length; i++)
        {
            var taken = i < history.Lineage.Count ? history.Lineage[i].Taken : long.MaxValue;
            _byStream.TryAdd(_segments[i], (i, offset, taken));
            offset += i < history.Lineage.Count ? taken : 0;
        }
    }

    /// <summary>The event with its position, or null when it is not part of the history.</summary>
    public RecordedEvent? Place(RecordedEvent recorded) =>
        _byStream.TryGetValue(recorded.Stream, out var at) && recorded.Version.Value <= at.Taken
            ? recorded.At(new Position(at.Offset + recorded.Version.Value - 1))
            : null;

    /// <summary>Makes the events of a history known that was merged.</summary>
    public void AddMerged(History history) =>
        _merged.TryAdd(history.Stream, [.. history.Lineage.Select(s => new StreamName(s.Stream)), history.Stream]);

    public static EventLinks LinksOf(RecordedEvent recorded) => new(
        recorded.Id, recorded.Stream, recorded.Metadata.Causes, recorded.Metadata.ForeignCauses);

    /// <summary>The causes of an event in order: the text that names each, and the ids that it may stand for, the best first.</summary>
    public IEnumerable<(string Text, IEnumerable<Guid> Candidates)> CausesOf(EventLinks links)
    {
        foreach (var cause in links.Causes)
        {
            yield return (cause.ToString(), [cause]);
        }

        foreach (var cause in links.ForeignCauses)
        {
            yield return (cause, Candidates(cause, SegmentsOf(links.Stream)));
        }
    }

    /// <summary>The ids that a text may stand for in the whole history, the best first.</summary>
    public IEnumerable<Guid> Candidates(string text) => Candidates(text, _segments);

    private ArraySegment<StreamName> SegmentsOf(StreamName stream) => _byStream.TryGetValue(stream, out var at)
        ? new ArraySegment<StreamName>(_segments, 0, at.Segment + 1)
        : _merged[stream];

    // The text of an event's own id comes last: what prints events shows that id where there is no foreign one.
    private static IEnumerable<Guid> Candidates(string text, ArraySegment<StreamName> segments)
    {
        for (var i = segments.Count - 1; i >= 0 && text.Length > 0; i--)
        {
            yield return EventIds.FromForeign(segments[i], text);
        }

        if (Guid.TryParse(text, out var id))
        {
            yield return id;
        }
    }
}
