namespace Ledger.Runs;

/// <summary>A call was begun and its end is unknown; its policy does not allow it to be repeated.</summary>
public sealed class CallUnknownException : Exception
{
    internal CallUnknownException(StreamName stream, string kind, Guid requestId, string? owner, Exception? innerException = null)
        : base(
            $"A call of kind '{kind}' in '{stream}' was begun{(owner is null ? "" : $" by {owner}")} and its end is unknown; it may have had its effect. "
            + $"Find out, then record its answer with {nameof(Run.AnswerAsync)}, or allow it again with {nameof(Run.ReleaseCallAsync)}; the call is '{requestId}'.",
            innerException) =>
        (Stream, Kind, RequestId, Owner) = (stream, kind, requestId, owner);

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The kind of the call.</summary>
    public string Kind { get; }

    /// <summary>The id of the event that recorded the request.</summary>
    public Guid RequestId { get; }

    /// <summary>The caller that began it, or null where the log does not name one.</summary>
    public string? Owner { get; }
}
