namespace Ledger.Interop.LangGraph;

/// <summary>Where a line of a file is.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Number">Its number, from 1.</param>
internal readonly record struct LinePlace(long Offset, int Length, long Number);
