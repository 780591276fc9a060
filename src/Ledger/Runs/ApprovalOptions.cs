namespace Ledger.Runs;

/// <summary>How approvals of calls are treated.</summary>
public sealed record ApprovalOptions
{
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
