using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Rerunning;

/// <summary>The changed event with which a branch begins.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Event">The event.</param>
/// <param name="Replaces">The id of the event of the parent in whose place it stands.</param>
internal sealed record BranchChange(BranchInfo Branch, RecordedEvent Event, Guid Replaces)
{
    /// <summary>Finds it; null if the branch begins otherwise.</summary>
    public static async Task<BranchChange?> FindAsync(Run run, BranchInfo branch, CancellationToken cancellationToken)
    {
        var first = new Position(branch.ForkPosition.Value + 1);
        await foreach (var recorded in run.ReadAsync(first, new Position(first.Value + 1), cancellationToken).ConfigureAwait(false))
        {
            return ChangedFork.ReplacedBy(recorded) is { } replaced ? new BranchChange(branch, recorded, replaced) : null;
        }

        return null;
    }

    public ChangedEvent ToEvent() => new(Event.Id, Event.Type, Event.Position!.Value, Replaces);
}
