using Ledger.Explorer.Failures;
using Ledger.Log;

namespace Ledger.Mcp.Streams;

/// <summary>Forks, and returns the branch as the log lists it.</summary>
internal static class Forking
{
    /// <param name="ledger">Where to fork.</param>
    /// <param name="parent">The run or branch, as people type it, with or without the number of its events.</param>
    /// <param name="at">How many of its events the branch shares; null if the text says it.</param>
    /// <param name="option">What the caller calls the number.</param>
    /// <param name="id">The branch's id, alone or as the name of its stream; null for a new one.</param>
    /// <param name="name">A label for people, or null.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<BranchInfo> RunAsync(
        AgentLedger ledger, string parent, Position? at, string option, string? id, string? name, CancellationToken cancellationToken)
    {
        var branchId = StreamIds.NewId("branch", id) ?? Guid.CreateVersion7().ToString();
        var namesake = StreamName.Run(branchId);
        var text = new HistoryText(parent);
        var found = await ledger.FindAllAsync([.. text.Names, namesake], cancellationToken).ConfigureAwait(false);
        var (run, named) = text.Choose([.. found.Where(f => text.Names.Contains(f.StreamName))]);
        var position = HistoryText.One(named, at, option)
            ?? throw new UsageException($"'{parent}' is the id of a run or branch itself. Say how many of its events the branch shares: '{parent}@N', or --at N.");
        if (id is not null && found.Any(f => f.StreamName == namesake))
        {
            throw new RefusalException(
                $"There is a run '{branchId}' already, and '{branchId}' alone would mean both it and the branch. Nothing was written; choose another id.", FailureCodes.Exists);
        }

        var fork = new BranchFork(run.StreamName, branchId)
        {
            At = position,
            Name = name,
            MaxLineageDepth = ledger.Options.MaxLineageDepth,
        };
        return await ledger.Store.ForkAsync(fork, cancellationToken).ConfigureAwait(false);
    }
}
