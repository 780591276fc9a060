namespace Ledger.Runs;

/// <summary>A request to run an agent on in a run or branch.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="Id">The same for each request to run on this stream from this length, also once it has grown.</param>
/// <param name="Stream">The run or branch.</param>
/// <param name="Length">The number of events of its history when this was asked first. After a lost answer there may be more, which an agent appended that was started then.</param>
public sealed record RunContinuation(Guid Id, StreamName Stream, Position Length)
{
    /// <summary>The run or branch that a branch was forked from; null for a run.</summary>
    public StreamName? Parent { get; init; }

    /// <summary>How many events a branch shares with its parent; null for a run.</summary>
    public Position? ForkPosition { get; init; }

    /// <summary>The changed event with which the branch begins; null where it has none.</summary>
    public ChangedEvent? Change { get; init; }

    /// <summary>The user who asked for it, as the application knows the user; null for an unknown one.</summary>
    public string? Actor { get; init; }
}

/// <summary>An event in the place of another.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Type">The type of both.</param>
/// <param name="Position">Its position in the branch.</param>
/// <param name="Replaces">The id of the event of the parent in whose place it stands.</param>
public sealed record ChangedEvent(Guid EventId, string Type, Position Position, Guid Replaces);
