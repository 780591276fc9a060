using Ledger.Runs;

namespace Ledger.Explorer.Pictures;

/// <summary>Where a run or branch took over what others had found, and where others took over from it.</summary>
internal static class TimelineJoins
{
    /// <summary>The most runs and branches that are asked.</summary>
    public const int MostStreams = 500;

    /// <summary>Finds the edges of a timeline: into the history, its ancestors' part included, and from it into every other branch of the tree.</summary>
    /// <returns>The edges, and whether the tree has more branches than were asked.</returns>
    public static async Task<(IReadOnlyList<TimelineJoin> Joins, bool IsCut)> ReadAsync(AgentLedger ledger, Run run, CancellationToken cancellationToken)
    {
        var ends = new Dictionary<StreamName, long> { [run.StreamName] = long.MaxValue };
        var before = 0L;
        foreach (var segment in run.History.Lineage)
        {
            ends[new StreamName(segment.Stream)] = before += segment.Taken;
        }

        // Its own branches first: of a large tree the others may not all be asked.
        var streams = ends.Keys.ToList();
        var known = streams.ToHashSet();
        foreach (var root in new[] { run.StreamName, run.History.Root }.Distinct())
        {
            var branches = ledger.Store.ListBranchesAsync(root, cancellationToken).Select(branch => branch.Stream).Where(known.Add);
            streams.AddRange(await branches.Take(MostStreams + 1).ToListAsync(cancellationToken).ConfigureAwait(false));
        }

        var joins = await ledger.FindJoinsAsync([.. streams.Take(MostStreams)], cancellationToken).ConfigureAwait(false);
        return (
            [
                .. joins.Where(j => ends.TryGetValue(j.Target, out var end) && j.At.Value < end).Select(j => new TimelineJoin(j.At, j.Source, true, j)),
                .. joins.Where(j => j.Source == run.StreamName).Select(j => new TimelineJoin(j.SourceLength, j.Target, false, j)),
            ],
            streams.Count > MostStreams);
    }
}

/// <summary>An edge of a timeline to another run or branch.</summary>
/// <param name="At">Where it begins or ends on the timeline.</param>
/// <param name="Other">The other run or branch.</param>
/// <param name="IsIncoming">Whether the run or branch of the timeline took over from the other.</param>
/// <param name="Join">The merge, cherry-pick or rebase.</param>
internal sealed record TimelineJoin(Position At, StreamName Other, bool IsIncoming, BranchJoin Join);
