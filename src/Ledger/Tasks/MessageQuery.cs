namespace Ledger.Tasks;

/// <summary>Which messages of a task are wanted.</summary>
/// <param name="TaskId">The task.</param>
public sealed record MessageQuery(string TaskId)
{
    /// <summary>How many at most: default null, all of them.</summary>
    public int? Limit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0);
            field = value;
        }
    }

    /// <summary>Where the page begins: default at the first message.</summary>
    public PageStart Start { get; init; }
}
