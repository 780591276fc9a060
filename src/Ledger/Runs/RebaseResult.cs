namespace Ledger.Runs;

/// <summary>A rebase that was made.</summary>
/// <param name="Branch">The new branch.</param>
/// <param name="Rebased">What was written and left out, as a preview had shown it.</param>
/// <param name="EventId">The id of the event <c>branch.rebased</c>.</param>
/// <param name="Length">The length of the new branch's history.</param>
public sealed record RebaseResult(Run Branch, RebasePreview Rebased, Guid EventId, Position Length);
