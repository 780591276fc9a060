namespace Ledger.Runs;

/// <summary>A call of a run or branch that was begun and has neither an answer nor a failure.</summary>
/// <param name="RequestId">The id of the event that recorded the request.</param>
/// <param name="Kind">What is called.</param>
/// <param name="Owner">The caller that makes it: machine, process and caller; null where the log does not name one.</param>
/// <param name="Since">When it was begun, by the clock of the log.</param>
/// <param name="IsUnknown">Whether its caller is known to be gone: the call may have had its effect.</param>
public sealed record OpenCall(Guid RequestId, string Kind, string? Owner, DateTimeOffset Since, bool IsUnknown);
