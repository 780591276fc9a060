namespace Ledger.Runs;

/// <summary>A call has an answer in this history already; another one has to stand on a branch.</summary>
public sealed class CallAnsweredException : Exception
{
    internal CallAnsweredException(StreamName stream, Guid requestId)
        : base($"'{stream}' has an answer to the call '{requestId}'. Fork before the call with {nameof(Run.ForkBeforeAsync)}, and answer it there.") =>
        (Stream, RequestId) = (stream, requestId);

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The id of the event that recorded the request.</summary>
    public Guid RequestId { get; }
}
