using Ledger.Log;

namespace Ledger.Explorer.Steps;

/// <summary>The steps of a part of a run, in time.</summary>
internal sealed record StepsModel
{
    public required StreamInfo Stream { get; init; }

    public required Position Length { get; init; }

    /// <summary>The position of the first event that was read.</summary>
    public required Position From { get; init; }

    /// <summary>The position at which the next part begins; the ends of steps were looked for beyond it.</summary>
    public required Position To { get; init; }

    /// <summary>Whether the times are those at which events occurred, instead of those at which they were recorded.</summary>
    public required bool IsOccurred { get; init; }

    /// <summary>Whether the events state times of their own, so that there is a choice.</summary>
    public required bool HasOccurred { get; init; }

    /// <summary>Whether the other parts are to be shown by the same clock, which was chosen here.</summary>
    public required bool IsClockGiven { get; init; }

    /// <summary>The steps, each followed by those within it.</summary>
    public required IReadOnlyList<RunStep> Steps { get; init; }

    public required StepTimes Times { get; init; }

    /// <summary>The steps that the whole took as long as, with their own time.</summary>
    public IReadOnlyDictionary<RunStep, TimeSpan> Critical => field ??= CriticalPath.Of(Steps, Times);

    public bool IsLast => To >= Length;

    public string Clock => IsOccurred ? "occurred" : "recorded";
}
