namespace Ledger.Runs;

/// <summary>A place in a call's answer where the stored form differs from the original.</summary>
/// <param name="Path">Where, as a JSON pointer into the response; empty for the whole.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Bytes">The size of the original there: of its JSON in UTF-8, as it was spelled.</param>
/// <param name="Sha256">The SHA-256 of that JSON, in hexadecimal.</param>
public readonly record struct AnswerChange(string Path, AnswerChangeKind Kind, long Bytes, string Sha256);
