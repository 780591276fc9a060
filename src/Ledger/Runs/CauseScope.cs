using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Where a history's events are stored, and which of them a cause can refer to.</summary>
/// <remarks>
/// A foreign id means the event of that id in the effect's own segment, else in the nearest segment before it: an event of the
/// prefix has the same causes in the parent and in every branch. Segments below did not exist for it.
/// </remarks>
internal sealed class CauseScope
{
    private readonly StreamName[] _segments;
    private readonly Dictionary<StreamName, (int Segment, long Offset, long Taken)> _byStream = [];

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

    public EventLinks LinksOf(RecordedEvent recorded) => new(
        recorded.Id, _byStream[recorded.Stream].Segment, recorded.Metadata.Causes, recorded.Metadata.ForeignCauses);

    /// <summary>The causes of an event in order: the text that names each, and the ids that it may stand for, the best first.</summary>
    public IEnumerable<(string Text, IEnumerable<Guid> Candidates)> CausesOf(EventLinks links)
    {
        foreach (var cause in links.Causes)
        {
            yield return (cause.ToString(), [cause]);
        }

        foreach (var cause in links.ForeignCauses)
        {
            yield return (cause, Candidates(cause, links.Segment));
        }
    }

    /// <summary>The ids that a text may stand for in the whole history, the best first.</summary>
    public IEnumerable<Guid> Candidates(string text) => Candidates(text, _segments.Length - 1);

    // The text of an event's own id comes last: what prints events shows that id where there is no foreign one.
    private IEnumerable<Guid> Candidates(string text, int segment)
    {
        for (var i = segment; i >= 0 && text.Length > 0; i--)
        {
            yield return EventIds.FromForeign(_segments[i], text);
        }

        if (Guid.TryParse(text, out var id))
        {
            yield return id;
        }
    }
}
