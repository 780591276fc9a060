using Ledger.Log;

namespace Ledger.Runs;

/// <summary>What became of an append to a run or branch.</summary>
/// <param name="Length">The length of the history after the events; unchanged if there were none.</param>
/// <param name="Outcome">Whether this call wrote the events, or an earlier one had.</param>
public sealed record RunAppend(Position Length, AppendOutcome Outcome);
