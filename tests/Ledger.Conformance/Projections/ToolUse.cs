namespace Ledger.Conformance.Projections;

/// <summary>What the streams together did with a tool.</summary>
public sealed record ToolUse(string Tool, int Calls);
