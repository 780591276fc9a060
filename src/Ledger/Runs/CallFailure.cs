namespace Ledger.Runs;

/// <summary>A failure of a call in a history.</summary>
/// <param name="Id">The id of its event.</param>
/// <param name="Request">Where the request is that failed.</param>
/// <param name="Error">The type and message of the exception; null if it was not recorded.</param>
/// <param name="IsFollowed">Whether the agent made another call that follows from it: it went on with the failure instead of repeating the call.</param>
internal sealed record CallFailure(Guid Id, Position Request, string? Error, bool IsFollowed)
{
    /// <summary>The call that the agent was refused, because its caller was gone; null where the call itself failed.</summary>
    public LeftCall? Left { get; init; }

    /// <summary>What the agent was told.</summary>
    public Exception ToException(string kind) => Left is { } left
        ? new CallUnknownException(left.Stream, kind, left.RequestId, left.Owner)
        : new RecordedFailureException(kind, Error);
}
