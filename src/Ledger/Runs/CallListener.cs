namespace Ledger.Runs;

/// <summary>Measures for how long one waiting caller has listened without hearing of another. Not safe for concurrent use.</summary>
/// <remarks>
/// While the server is away nobody can be heard of: when it is back, all callers have been silent for as long. So what counts is the time in which this caller could
/// have heard of the other, and between two answers of the server that is at most one period.
/// </remarks>
internal sealed class CallListener(TimeProvider timeProvider)
{
    private readonly long _began = timeProvider.GetTimestamp();
    private DateTimeOffset? _lastHeard;
    private long? _last;
    private TimeSpan _listened;

    /// <summary>How long this caller has waited.</summary>
    public TimeSpan Waited => timeProvider.GetElapsedTime(_began);

    /// <summary>Takes an answer of the server, and returns how long was listened since the other was last heard of.</summary>
    public TimeSpan Take(CallOwnerSilence silence, TimeSpan period)
    {
        var now = timeProvider.GetTimestamp();
        var between = _last is { } last ? timeProvider.GetElapsedTime(last, now) : TimeSpan.Zero;
        _listened = silence.LastHeard == _lastHeard ? _listened + TimeSpan.FromTicks(Math.Min(between.Ticks, period.Ticks)) : TimeSpan.Zero;
        (_last, _lastHeard) = (now, silence.LastHeard);
        return _listened;
    }
}
