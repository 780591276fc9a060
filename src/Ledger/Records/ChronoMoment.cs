using System.Globalization;

namespace Ledger.Records;

/// <summary>A moment in a store's past: after an event of its chain, or at a time.</summary>
/// <remarks>
/// Equal if both name the same seq or time. The default value is seq 0, before the first event. A time includes every event whose own time is not
/// later; event times are stored to the second, so an event of 9:00:02.7 is included at 9:00:02.
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

    /// <summary>After the event with this seq, 0 or more; beyond the end it means the present.</summary>
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

    /// <summary>Whether an event with a seq and a time has happened by then. An invalid time counts as early.</summary>
    internal bool Includes(long seq, string ts) => _time is { } time
        ? !DateTimeOffset.TryParse(ts, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || at <= time
        : seq <= _seq;
}
