namespace Ledger.Runs;

/// <summary>A cherry-pick that was made.</summary>
/// <param name="Picked">What was picked, as a preview had shown it.</param>
/// <param name="EventId">The id of the event <c>branch.picked</c>; null if there was nothing to write.</param>
/// <param name="Length">The length of the target's history after it.</param>
public sealed record CherryPickResult(CherryPickPreview Picked, Guid? EventId, Position Length);
