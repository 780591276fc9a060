using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Tasks;

/// <summary>A task, a call of a task or a call of a run that has not ended: one of the three.</summary>
/// <param name="Since">When it was created or begun.</param>
/// <param name="Id">Its id, which no other of them has.</param>
internal sealed record Unfinished(DateTimeOffset Since, string Id)
{
    public RecoverableTask? Task { get; private init; }

    public RecoverableCall? Call { get; private init; }

    public RunCall? RunCall { get; private init; }

    /// <summary>All that a crash may have left.</summary>
    public static IEnumerable<Unfinished> Of(Recovery recovery, IReadOnlyList<RunCall> calls) =>
    [
        .. recovery.Tasks.Select(found => new Unfinished(found.Task.CreatedAt, $"task/{found.Task.Id}") { Task = found }),
        .. recovery.Calls.Select(found => new Unfinished(found.Call.CreatedAt, $"call/{found.Call.Id}") { Call = found }),
        .. calls.Select(found => new Unfinished(found.Call.Since, $"run/{found.Stream}/{found.Call.RequestId}") { RunCall = found }),
    ];
}
