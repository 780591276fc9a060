using Ledger.Log;

namespace Ledger.Runs;

/// <summary>A history after a number of its events.</summary>
/// <param name="History">The history; null if its stream no longer exists.</param>
/// <param name="At">The number of events.</param>
internal sealed record MergeState(History? History, Position At)
{
    /// <summary>The parts of the streams that it consists of: the events before each, and the last version taken.</summary>
    public IEnumerable<(StreamName Stream, long Before, long Upto)> Segments()
    {
        var before = 0L;
        foreach (var segment in History!.Lineage)
        {
            if (before >= At.Value)
            {
                yield break;
            }

            yield return (new StreamName(segment.Stream), before, Math.Min(segment.Taken, At.Value - before));
            before += segment.Taken;
        }

        if (before < At.Value)
        {
            yield return (History.Stream, before, At.Value - before);
        }
    }

    /// <summary>Whether it consists of the first events of another state.</summary>
    public bool IsPrefixOf(MergeState other) =>
        At == Position.Start || other.Segments().Any(s => s.Stream == History!.Stream && s.Upto >= At.Value - s.Before && s.Before == History.PrefixLength.Value);

    /// <summary>The position of its first event that is not among some contents; its length if all are.</summary>
    public Position FirstBeyond(IReadOnlyDictionary<StreamName, long> contents)
    {
        foreach (var (stream, before, upto) in Segments())
        {
            var contained = contents.GetValueOrDefault(stream);
            if (contained < upto)
            {
                return new Position(before + contained);
            }
        }

        return At;
    }
}
