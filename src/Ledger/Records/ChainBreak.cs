namespace Ledger.Records;

/// <summary>The first place at which a chain does not hold.</summary>
/// <param name="Line">The line of the file, from 1; null where there is no file.</param>
/// <param name="Seq">The seq that stands there, or null where none can be read.</param>
/// <param name="Reason">What is wrong, as a sentence.</param>
public sealed record ChainBreak(long? Line, long? Seq, string Reason);
