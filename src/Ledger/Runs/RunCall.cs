namespace Ledger.Runs;

/// <summary>An open call with the run or branch that began it.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Call">The call.</param>
public sealed record RunCall(StreamName Stream, OpenCall Call);
