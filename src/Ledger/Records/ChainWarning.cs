namespace Ledger.Records;

/// <summary>A problem that a valid chain cannot show.</summary>
/// <param name="Code">A stable name, such as <c>snapshot_ahead</c>.</param>
/// <param name="Seq">The seq concerned, or null.</param>
/// <param name="Text">The finding and its consequence.</param>
public sealed record ChainWarning(string Code, long? Seq, string Text)
{
    /// <summary>The record concerned, if it has a row; otherwise null.</summary>
    public string? RecordId { get; init; }
}
