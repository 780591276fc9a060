namespace Ledger.Runs;

/// <summary>A merge that was made.</summary>
/// <param name="Merged">What was merged, as a preview had shown it.</param>
/// <param name="EventId">The id of the event <c>branch.merged</c>; null if there was nothing to merge, and nothing was written.</param>
/// <param name="Length">The length of the target's history after the merge.</param>
public sealed record MergeResult(MergePreview Merged, Guid? EventId, Position Length);
