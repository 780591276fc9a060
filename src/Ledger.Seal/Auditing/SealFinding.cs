namespace Ledger.Seal;

/// <summary>What an audit found of one event, or of the seal.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Leaf">The number of the leaf, from 0; null for an event that was never sealed.</param>
/// <param name="Sequence">The number of the event in the log; null where it is of the seal itself.</param>
/// <param name="Stream">The stream that the row names; null where there is no row.</param>
/// <param name="Version">The version that the row names.</param>
/// <param name="Columns">The columns that have changed, where that can be told.</param>
/// <param name="Message">One sentence.</param>
public sealed record SealFinding(
    SealFindingKind Kind, long? Leaf, long? Sequence, string? Stream, long? Version, IReadOnlyList<string> Columns, string Message);
