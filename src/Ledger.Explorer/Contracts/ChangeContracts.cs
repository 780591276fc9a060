using System.ComponentModel;
using System.Text.Json;
using Ledger.Explorer.Rerunning;
using Ledger.Runs;

namespace Ledger.Explorer.Contracts;

/// <summary>The body of a request that changes an event in a new branch.</summary>
internal sealed record ChangeRequest
{
    [Description("The position of the event.")]
    public required long Position { get; init; }

    [Description("What it has in the branch: any JSON.")]
    public required JsonElement Data { get; init; }

    [Description("The branch's id. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("A label for people.")]
    public string? Name { get; init; }

    [Description("on: the application's runner is asked to run on in the branch; off: it is not. Default: on.")]
    public string? Run { get; init; }
}

/// <summary>The body of a request to run on.</summary>
internal sealed record ContinuationRequest
{
    [Description("The length from which to run on, if the same was asked before and the answer was lost: that of the problem, or that of the changed event and 1. Default: the length now.")]
    public long? Length { get; init; }
}

/// <summary>A branch that begins with a changed event.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="EventId">The id of the changed event.</param>
/// <param name="Type">Its type.</param>
/// <param name="Position">Its position in the branch.</param>
/// <param name="Replaces">The id of the event of the parent in whose place it stands.</param>
/// <param name="Runner">called; none: the application has none, and nothing runs on in the branch; off: it was not wanted.</param>
internal sealed record ChangedBranchContract(BranchContract Branch, Guid EventId, string Type, long Position, Guid Replaces, string Runner)
{
    public static ChangedBranchContract Of(BranchChange change, string runner) => new(
        BranchContract.Of(change.Branch), change.Event.Id, change.Event.Type, change.Event.Position!.Value.Value, change.Replaces, runner);
}

/// <summary>A request to run on that the application's runner accepted.</summary>
/// <param name="Id">The same for each request to run on this stream from this length.</param>
/// <param name="Stream">The run or branch.</param>
/// <param name="Length">The number of events of its history when this was asked first.</param>
internal sealed record ContinuationContract(Guid Id, string Stream, long Length)
{
    public static ContinuationContract Of(RunContinuation continuation) => new(continuation.Id, continuation.Stream.Value, continuation.Length.Value);
}
