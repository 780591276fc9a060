using Ledger.Runs;

namespace Ledger;

/// <content>What waits for someone, in all runs.</content>
public sealed partial class AgentLedger
{
    // Bounds a query and what it returns at once.
    private const int ApprovalsPerQuery = 1_000;

    private static readonly string[] Prefixes = ["run:", "branch:"];

    /// <summary>Lists the requests for approval in all runs and branches that wait for a decision, sorted by the name of the stream, then the oldest first.</summary>
    /// <remarks>
    /// A request is listed for the run or branch that made it, and not for branches that share it. On PostgreSQL it costs what waits and what happened since
    /// summaries were read last, not the histories: see <see cref="IRunSummaries"/>. Decide by <see cref="Run.DecideAsync"/>.
    /// </remarks>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<WaitingApproval>> ListWaitingApprovalsAsync(CancellationToken cancellationToken = default)
    {
        var asking = Store.Get<IPendingRuns>() is { } rows
            ? await FindSummariesAsync(await rows.FindAskingAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            : await ReadSummariesAsync(cancellationToken).ConfigureAwait(false);
        var now = TimeProvider.GetUtcNow();
        var waiting = new List<WaitingApproval>();
        foreach (var ids in asking.SelectMany(run => run.AskedApprovals).Chunk(ApprovalsPerQuery))
        {
            foreach (var recorded in await Store.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false))
            {
                if (ApprovalIndex.AskedBy(recorded)?.At(now) is { Decision: null } approval)
                {
                    waiting.Add(new WaitingApproval(recorded.Stream, approval));
                }
            }
        }

        // Those of one stream are in the order of the log.
        return [.. waiting.OrderBy(w => w.Stream.Value, StringComparer.Ordinal)];
    }

    /// <summary>Lists the calls of models and tools in all runs and branches that were begun and have not ended, the oldest first: after a crash, those with
    /// an unknown end.</summary>
    /// <remarks>It costs as much as <see cref="ListWaitingApprovalsAsync"/>. Settle them by making the call again, or by <see cref="Run.AnswerAsync"/> and
    /// <see cref="Run.ReleaseCallAsync"/>.</remarks>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<RunCall>> ListOpenCallsAsync(CancellationToken cancellationToken = default)
    {
        var calling = Store.Get<IPendingRuns>() is { } rows
            ? await FindSummariesAsync(await rows.FindCallingAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            : await ReadSummariesAsync(cancellationToken).ConfigureAwait(false);
        var open = new List<RunCall>();
        foreach (var run in await WithCallersAsync([.. calling.Where(run => run.OpenCalls.Count > 0)], cancellationToken).ConfigureAwait(false))
        {
            open.AddRange(run.OpenCalls.Select(call => new RunCall(run.Stream, call)));
        }

        return [.. open.OrderBy(c => c.Call.Since).ThenBy(c => c.Call.RequestId)];
    }

    /// <summary>Summaries whose open calls say whether their callers are gone.</summary>
    internal async Task<IReadOnlyList<RunSummary>> WithCallersAsync(IReadOnlyList<RunSummary> runs, CancellationToken cancellationToken)
    {
        var looked = new List<RunSummary>();
        foreach (var run in runs)
        {
            var open = new List<OpenCall>();
            foreach (var call in run.OpenCalls)
            {
                open.Add(call with { IsUnknown = await IsGoneAsync(call, null, cancellationToken).ConfigureAwait(false) == true });
            }

            looked.Add(run with { OpenCalls = open });
        }

        var unknown = looked.Where(run => run.OpenCalls.Any(call => call.IsUnknown)).Select(run => run.Stream).ToList();
        if (unknown.Count == 0)
        {
            return looked;
        }

        // A caller that is gone now may have recorded how its call ended after the summaries were read.
        var later = (await FindSummariesAsync(unknown, cancellationToken).ConfigureAwait(false)).SelectMany(run => run.OpenCalls).Select(call => call.RequestId).ToHashSet();
        return [.. looked.Select(run => run with { OpenCalls = [.. run.OpenCalls.Where(call => !call.IsUnknown || later.Contains(call.RequestId))] })];
    }

    private Task<IReadOnlyList<RunSummary>> FindSummariesAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken) =>
        Summaries.FindAllAsync(streams, cancellationToken: cancellationToken);

    private async Task<IReadOnlyList<RunSummary>> ReadSummariesAsync(CancellationToken cancellationToken)
    {
        var streams = new List<StreamName>();
        foreach (var prefix in Prefixes)
        {
            await foreach (var info in Store.ListStreamsAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                streams.Add(info.Name);
            }
        }

        return await FindSummariesAsync(streams, cancellationToken).ConfigureAwait(false);
    }
}
