namespace Ledger.Runs;

/// <summary>Describes an answer that could not be stored unchanged, and what the log has instead.</summary>
/// <remarks>The log has it as the header <c>response_altered</c> of the response's event. Two are equal when all their members are the same objects.</remarks>
/// <param name="Bytes">The size of the whole answer: of its JSON in UTF-8, as the call spelled it.</param>
/// <param name="Sha256">The SHA-256 of that JSON, in hexadecimal.</param>
/// <param name="ChangeCount">How many places were changed.</param>
/// <param name="Changes">The first hundred of them.</param>
public sealed record AlteredAnswer(long Bytes, string Sha256, long ChangeCount, IReadOnlyList<AnswerChange> Changes);
