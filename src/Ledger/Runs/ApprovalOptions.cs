namespace Ledger.Runs;

/// <summary>How approvals of calls are treated.</summary>
public sealed record ApprovalOptions
{
    /// <summary>How long a request waits for a decision: default null, forever; more than zero. After that it counts as denied, until someone decides after all.</summary>
    /// <remarks>The time is recorded with the request, so that readers of the log know it, also when the process that asked is gone. A later change does not change it.</remarks>
    public TimeSpan? DecideWithin
    {
        get;
        init
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>How many calls an approval is good for: default <see cref="ApprovalUse.OneCall"/>. A denial counts for all.</summary>
    public ApprovalUse GoodFor
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such use.");
    }

    /// <summary>How long a decision counts: default null, forever; more than zero. An older one is asked for again.</summary>
    public TimeSpan? ValidFor
    {
        get;
        init
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }
}
