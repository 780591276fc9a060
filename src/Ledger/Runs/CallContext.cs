namespace Ledger.Runs;

/// <summary>Information that is passed to a call about itself.</summary>
/// <param name="Stream">The stream of the run or branch that calls.</param>
/// <param name="Kind">What is called: <c>llm</c>, <c>tool</c>, or a word of the application's.</param>
/// <param name="RequestId">The id of the event that recorded the request.</param>
/// <param name="IdempotencyKey">
/// A key for the callee, by which it can tell a repetition: the same after a crash and in another process, another for each occurrence, and
/// another on a branch that makes the call again.
/// </param>
/// <param name="Attempt">How many times this call was begun, this time included: from 1.</param>
public sealed record CallContext(StreamName Stream, string Kind, Guid RequestId, string IdempotencyKey, int Attempt);
