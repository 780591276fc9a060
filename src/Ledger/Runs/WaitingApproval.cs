namespace Ledger.Runs;

/// <summary>A request for approval that waits for a decision.</summary>
/// <param name="Stream">The run or branch that asked.</param>
/// <param name="Approval">What it asked for.</param>
public sealed record WaitingApproval(StreamName Stream, Approval Approval);
