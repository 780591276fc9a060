namespace Ledger.Records.Chronomemory;

/// <summary>A line of a folder that an import left out, or a value in it that a store would refuse.</summary>
/// <param name="Line">The line, from 1; 0 for the snapshot.</param>
/// <param name="Seq">The seq at that place, or null if it cannot be read.</param>
/// <param name="Reason">The fault as a sentence.</param>
public sealed record DamagedLine(long Line, long? Seq, string Reason);
