namespace Ledger.Records.Chronomemory;

/// <summary>A line of a folder that an import did not take, or a value in it that a store would refuse.</summary>
/// <param name="Line">The line, from 1; 0 for the snapshot.</param>
/// <param name="Seq">The seq that stands there, or null where none can be read.</param>
/// <param name="Reason">What is wrong, as a sentence.</param>
public sealed record DamagedLine(long Line, long? Seq, string Reason);
