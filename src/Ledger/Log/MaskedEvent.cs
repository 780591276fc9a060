namespace Ledger.Log;

/// <summary>An event whose payload was masked.</summary>
/// <param name="EventId">The event.</param>
/// <param name="By">The last <c>event.masked</c> about it.</param>
/// <param name="At">When that was appended.</param>
public sealed record MaskedEvent(Guid EventId, Guid By, DateTimeOffset At);
