namespace Ledger.Records;

/// <summary>Something about a folder that a valid chain does not tell.</summary>
/// <param name="Code">A name that does not change, such as <c>snapshot_ahead</c>.</param>
/// <param name="Seq">The seq that it is about, or null where it is about none.</param>
/// <param name="Text">What was found and what follows from it.</param>
public sealed record ChainWarning(string Code, long? Seq, string Text)
{
    /// <summary>The record that it is about, where a row of it was found; null otherwise.</summary>
    public string? RecordId { get; init; }
}
