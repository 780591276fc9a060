namespace Ledger.Explorer.Steps;

/// <summary>The times of some steps together.</summary>
/// <param name="BeganAt">When the first one began.</param>
/// <param name="EndedAt">When the last one ended, or the last event that was read came.</param>
/// <param name="Busy">How long at least one was open.</param>
/// <param name="LongestGap">The longest time without any, and the step after it; null for none.</param>
internal sealed record StepTimes(DateTimeOffset BeganAt, DateTimeOffset EndedAt, TimeSpan Busy, (TimeSpan Time, RunStep Before)? LongestGap)
{
    public TimeSpan Span => EndedAt - BeganAt;

    /// <param name="steps">The steps.</param>
    /// <param name="last">The time of the last event, up to which open ones are counted.</param>
    public static StepTimes Of(IReadOnlyList<RunStep> steps, DateTimeOffset last)
    {
        var (busy, gap) = (TimeSpan.Zero, ((TimeSpan Time, RunStep Before)?)null);
        DateTimeOffset? until = null;
        foreach (var step in steps.OrderBy(s => s.BeganAt))
        {
            if (step.BeganAt - until is { } idle && idle > (gap?.Time ?? TimeSpan.Zero))
            {
                gap = (idle, step);
            }

            var end = EndOf(step, last);
            var begin = until > step.BeganAt ? until.Value : step.BeganAt;
            busy += end > begin ? end - begin : TimeSpan.Zero;
            until = end > begin ? end : begin;
        }

        return steps.Count == 0 ? new StepTimes(last, last, busy, null) : new StepTimes(steps.Min(s => s.BeganAt), until!.Value, busy, gap);
    }

    /// <summary>The part of the whole time that a step takes, from 0 to 1.</summary>
    public (double From, double Width) PlaceOf(RunStep step)
    {
        if (Span <= TimeSpan.Zero)
        {
            return (0, 1);
        }

        var from = (step.BeganAt - BeganAt) / Span;
        return (from, (EndOf(step, EndedAt) - step.BeganAt) / Span);
    }

    /// <summary>When a step ended; an open one goes on until the end.</summary>
    public DateTimeOffset EndOf(RunStep step) => EndOf(step, EndedAt);

    private static DateTimeOffset EndOf(RunStep step, DateTimeOffset last) =>
        step.Duration is { } took ? step.BeganAt + took : last > step.BeganAt ? last : step.BeganAt;
}
