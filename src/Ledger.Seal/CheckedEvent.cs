namespace Ledger.Seal;

/// <summary>Whether an event of the log is as it was sealed.</summary>
/// <param name="Id">The event.</param>
/// <param name="State">Whether it is.</param>
public sealed record CheckedEvent(Guid Id, CheckedState State)
{
    /// <summary>The columns that are no longer proved, of an event that is <see cref="CheckedState.Erased"/>.</summary>
    public ErasedColumns Erased { get; init; }

    /// <summary>A tile of the seal that was changed or is missing, such as <c>tile/0/000</c>, so that the event was compared with what is below that; null if none was in the way.</summary>
    public string? DamagedTile { get; init; }
}

/// <summary>How an event compares with its leaf of the newest checkpoint.</summary>
public enum CheckedState
{
    /// <summary>No checkpoint has it yet.</summary>
    NotSealed,

    /// <summary>All of it is as it was sealed.</summary>
    AsSealed,

    /// <summary>All but what was masked is as it was sealed, and that is as the masking left it, or a payload that says nothing; what it had been is forgotten.</summary>
    Erased,

    /// <summary>It is not as it was sealed, nor as a masking left it, or was put between sealed ones later.</summary>
    Changed,
}
