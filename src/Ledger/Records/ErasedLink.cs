namespace Ledger.Records;

/// <summary>An event of a chain whose text was masked: its hash is the former text's, and can no longer be checked.</summary>
/// <param name="Seq">The event's seq.</param>
/// <param name="By">The event <c>event.masked</c> that says when, why and by whom.</param>
public sealed record ErasedLink(long Seq, Guid By);
