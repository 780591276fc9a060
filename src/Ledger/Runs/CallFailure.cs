namespace Ledger.Runs;

/// <summary>A failure of a call in a history.</summary>
/// <param name="Id">The id of its event.</param>
/// <param name="Request">Where the request is that failed.</param>
/// <param name="Error">The type and message of the exception.</param>
/// <param name="IsFollowed">Whether the agent made another call that follows from it: it went on with the failure instead of repeating the call.</param>
internal sealed record CallFailure(Guid Id, Position Request, string Error, bool IsFollowed);
