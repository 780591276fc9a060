using System.Globalization;

namespace Ledger.Records;

/// <summary>A moment of a store's past: behind an event of its chain, or at a time.</summary>
/// <remarks>
/// Equal when both say the same. The default value is seq 0, before the first event. A time counts every event whose own time is not
/// later; those are kept to the second, so an event of 9:00:02.7 is there at 9:00:02.
/// </remarks>
public readonly record struct ChronoMoment
{
    private readonly DateTimeOffset? _time;
    private readonly long _seq;

    private ChronoMoment(long seq, DateTimeOffset? time)
    {
        _seq = seq;
        _time = time;
    }

    /// <summary>Behind the event with this seq, 0 or more; beyond the end it is the present.</summary>
    public static ChronoMoment AtSeq(long seq)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seq);
        return new ChronoMoment(seq, null);
    }

    /// <summary>At a time.</summary>
    public static ChronoMoment AtTime(DateTimeOffset time) => new(0, time);

    /// <summary>The seq or the time.</summary>
    public override string ToString() => _time is { } time
        ? time.ToString("O", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"seq {_seq}");

    /// <summary>Whether what happened at a seq and a time has happened by then. A time that is none counts as early.</summary>
    internal bool Includes(long seq, string ts) => _time is { } time
        ? !DateTimeOffset.TryParse(ts, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || at <= time
        : seq <= _seq;
}
