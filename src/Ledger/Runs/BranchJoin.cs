namespace Ledger.Runs;

/// <summary>A place where a run or branch took over what another had found: a merge, a cherry-pick or a rebase.</summary>
/// <param name="Target">The run or branch that took it over.</param>
/// <param name="At">The position of the event that says so in its history.</param>
/// <param name="Source">The run or branch that had found it.</param>
/// <param name="SourceLength">How many events of the source's history it was looked at after.</param>
/// <param name="EventType">The name of the event: <c>branch.merged</c>, <c>branch.picked</c> or <c>branch.rebased</c>.</param>
/// <param name="EventId">The event's id.</param>
public sealed record BranchJoin(StreamName Target, Position At, StreamName Source, Position SourceLength, string EventType, Guid EventId);
