namespace Ledger.Runs;

/// <summary>A call was not made, because no one has approved or denied it yet.</summary>
public sealed class ApprovalPendingException : Exception
{
    internal ApprovalPendingException(StreamName stream, string kind, Guid approvalId)
        : base(
            $"A call of kind '{kind}' in '{stream}' was not made: it needs approval. Decide with {nameof(Run.DecideAsync)} on '{approvalId}', then make the call again.") =>
        (Stream, Kind, ApprovalId) = (stream, kind, approvalId);

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The kind of the call.</summary>
    public string Kind { get; }

    /// <summary>The id of the event that asks for approval.</summary>
    public Guid ApprovalId { get; }
}
