namespace Ledger.Log;

/// <summary>The segments of a run's or branch's history: parts of its ancestors' streams, then its own stream.</summary>
/// <remarks>
/// Immutable. The lineage of a branch never changes, so a history can be cached forever; it does not hold the length of the own stream, which grows. Position
/// <c>p</c> lies in the segment that covers it, as version <c>p - o + 1</c>, where
/// <c>o</c> is the number of events in the segments before; positions after all segments lie in the own stream.
/// </remarks>
public sealed class History
{
    private readonly long[] _offsets;

    /// <summary>Creates a history from its segments.</summary>
    /// <param name="stream">The own stream.</param>
    /// <param name="root">The run that the history descends from; for a run, the run itself.</param>
    /// <param name="lineage">The prefix from the root down; empty for a run.</param>
    public History(StreamName stream, StreamName root, IReadOnlyList<LineageSegment> lineage)
    {
        ArgumentNullException.ThrowIfNull(lineage);
        Stream = stream;
        Root = root;
        Lineage = lineage;
        _offsets = new long[lineage.Count + 1];
        for (var i = 0; i < lineage.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(lineage[i].Taken, 1, nameof(lineage));
            _offsets[i + 1] = _offsets[i] + lineage[i].Taken;
        }
    }

    /// <summary>The own stream, which takes the appends.</summary>
    public StreamName Stream { get; }

    /// <summary>The run that the history descends from.</summary>
    public StreamName Root { get; }

    /// <summary>The prefix from the root down, without the own stream.</summary>
    public IReadOnlyList<LineageSegment> Lineage { get; }

    /// <summary>The history whose first events these are, for one that has no events after them; null for every history of the log itself.</summary>
    internal History? Whole { get; private init; }

    /// <summary>The stream of <see cref="Whole"/>.</summary>
    internal StreamName? PartOf => Whole?.Stream;

    /// <summary>The number of events in the prefix: the position at which the own stream begins.</summary>
    public Position PrefixLength => new(_offsets[^1]);

    /// <summary>The history of a stream without a prefix.</summary>
    public static History OfRun(StreamName stream) => new(stream, stream, []);

    /// <summary>The first events as a history of their own, with nothing after them.</summary>
    /// <param name="at">How many; not more than there are.</param>
    /// <param name="name">The name that it goes by: of no stream of the log.</param>
    internal History FirstEvents(Position at, StreamName name) => new(name, Root, Fork(at)) { Whole = Whole ?? this };

    /// <summary>The length of the history when the own stream is at a version.</summary>
    public Position LengthAt(StreamVersion ownVersion) => new(PrefixLength.Value + ownVersion.Value);

    /// <summary>Where the event at a position is stored.</summary>
    public (StreamName Stream, StreamVersion Version) Locate(Position position)
    {
        var segment = SegmentAt(position.Value);
        var stream = segment < Lineage.Count ? new StreamName(Lineage[segment].Stream) : Stream;
        return (stream, new StreamVersion(position.Value - _offsets[segment] + 1));
    }

    /// <summary>The position of an event, or null when the event is not part of this history.</summary>
    public Position? PositionOf(StreamName stream, StreamVersion version)
    {
        if (version.Value == 0)
        {
            return null;
        }

        for (var i = 0; i < Lineage.Count; i++)
        {
            if (Lineage[i].Stream == stream.Value)
            {
                return version.Value <= Lineage[i].Taken ? new Position(_offsets[i] + version.Value - 1) : null;
            }
        }

        return stream == Stream ? new Position(_offsets[^1] + version.Value - 1) : null;
    }

    /// <summary>The lineage of a branch that takes the first events of this history; empty segments are left out.</summary>
    /// <param name="at">How many events the branch shares; it must not exceed the length of the history.</param>
    public IReadOnlyList<LineageSegment> Fork(Position at)
    {
        var lineage = new List<LineageSegment>();
        for (var i = 0; i < Lineage.Count && _offsets[i] < at.Value; i++)
        {
            lineage.Add(Lineage[i] with { Taken = Math.Min(Lineage[i].Taken, at.Value - _offsets[i]) });
        }

        if (at.Value > _offsets[^1])
        {
            lineage.Add(new LineageSegment(Stream.Value, at.Value - _offsets[^1]));
        }

        return lineage;
    }

    private int SegmentAt(long position)
    {
        var found = Array.BinarySearch(_offsets, position);
        return found >= 0 ? found : ~found - 1;
    }
}
