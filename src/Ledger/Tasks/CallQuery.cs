namespace Ledger.Tasks;

/// <summary>Which calls are wanted; what is left out does not matter.</summary>
public sealed record CallQuery
{
    /// <summary>The task that they are made for: default null, any.</summary>
    public string? TaskId { get; init; }

    /// <summary>How far they have come: default null, any.</summary>
    public CallStatus? Status { get; init; }
}
