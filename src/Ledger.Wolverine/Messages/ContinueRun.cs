using Ledger.Runs;

namespace Ledger.Wolverine.Messages;

/// <summary>Asks the application to run an agent on in a run or branch; <c>UseLedgerRunner</c> sends it.</summary>
/// <remarks>The application has the handler. It may get the message again for the same <see cref="ContinuationId"/>, and starts an agent once for each.</remarks>
/// <param name="RunId">The name of the stream, such as <c>branch:what-if</c>: a handler that takes a <see cref="Run"/> gets that.</param>
/// <param name="ContinuationId">The same for each request to run on this stream from this length.</param>
/// <param name="Length">The number of events of its history when it was asked for first.</param>
public sealed record ContinueRun(string RunId, Guid ContinuationId, long Length)
{
    /// <summary>The name of the stream that a branch was forked from; null for a run.</summary>
    public string? Parent { get; init; }

    /// <summary>How many events a branch shares with its parent; null for a run.</summary>
    public long? ForkPosition { get; init; }

    /// <summary>The id of the changed event with which the branch begins; null where it has none.</summary>
    public Guid? EventId { get; init; }

    /// <summary>Its type.</summary>
    public string? EventType { get; init; }

    /// <summary>The id of the event of the parent in whose place it stands.</summary>
    public Guid? Replaces { get; init; }

    /// <summary>The user who asked for it; null for an unknown one.</summary>
    public string? Actor { get; init; }

    internal static ContinueRun Of(RunContinuation continuation) => new(continuation.Stream.Value, continuation.Id, continuation.Length.Value)
    {
        Parent = continuation.Parent?.Value,
        ForkPosition = continuation.ForkPosition?.Value,
        EventId = continuation.Change?.EventId,
        EventType = continuation.Change?.Type,
        Replaces = continuation.Change?.Replaces,
        Actor = continuation.Actor,
    };
}
