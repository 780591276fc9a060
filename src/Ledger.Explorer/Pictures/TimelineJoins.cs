using Ledger.Runs;

namespace Ledger.Explorer.Pictures;

/// <summary>Where a run or branch took over what others had found, and where others took over from it.</summary>
internal static class TimelineJoins
{
    // A timeline has no room for more.
    private const int MostStreams = 500;

    /// <summary>Finds the edges of a timeline: into the history, its ancestors' part included, and from it into its ancestors and the branches below it.</summary>
    /// <param name="ledger">The log.</param>
    /// <param name="run">The run or branch.</param>
    /// <param name="below">The branches below it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<IReadOnlyList<TimelineJoin>> ReadAsync(
        AgentLedger ledger, Run run, IEnumerable<StreamName> below, CancellationToken cancellationToken)
    {
        var ends = new Dictionary<StreamName, long> { [run.StreamName] = long.MaxValue };
        var before = 0L;
        foreach (var segment in run.History.Lineage)
        {
            ends[new StreamName(segment.Stream)] = before += segment.Taken;
        }

        StreamName[] streams = [run.StreamName, .. run.History.Lineage.Reverse().Select(s => new StreamName(s.Stream)), .. below];
        var joins = await ledger.FindJoinsAsync([.. streams.Take(MostStreams)], cancellationToken).ConfigureAwait(false);
        return
        [
            .. joins.Where(j => ends.TryGetValue(j.Target, out var end) && j.At.Value < end).Select(j => new TimelineJoin(j.At, j.Source, true, j)),
            .. joins.Where(j => j.Source == run.StreamName).Select(j => new TimelineJoin(j.SourceLength, j.Target, false, j)),
        ];
    }

    /// <summary>Finds the edges of a timeline; the branches below are looked up.</summary>
    public static async Task<IReadOnlyList<TimelineJoin>> ReadAsync(AgentLedger ledger, Run run, CancellationToken cancellationToken)
    {
        var below = await ledger.Store.ListBranchesAsync(run.StreamName, cancellationToken).Take(MostStreams)
            .Select(b => b.Stream).ToListAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(ledger, run, below, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>An edge of a timeline to another run or branch.</summary>
/// <param name="At">Where it begins or ends on the timeline.</param>
/// <param name="Other">The other run or branch.</param>
/// <param name="IsIncoming">Whether the run or branch of the timeline took over from the other.</param>
/// <param name="Join">The merge, cherry-pick or rebase.</param>
internal sealed record TimelineJoin(Position At, StreamName Other, bool IsIncoming, BranchJoin Join);
