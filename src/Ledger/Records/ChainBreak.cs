namespace Ledger.Records;

/// <summary>The first place at which a chain is broken.</summary>
/// <param name="Line">The line of the file, from 1; null without a file.</param>
/// <param name="Seq">The seq at that place, or null if it cannot be read.</param>
/// <param name="Reason">The fault as a sentence.</param>
public sealed record ChainBreak(long? Line, long? Seq, string Reason);
