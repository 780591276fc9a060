using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>What waits for someone, in all runs.</content>
public sealed partial class AgentLedger
{
    // Bounds a query and what it returns at once.
    private const int ApprovalsPerQuery = 1_000;

    /// <summary>Lists the requests for approval in all runs and branches that wait for a decision, sorted by the name of the stream, then the oldest first.</summary>
    /// <remarks>
    /// A request is listed for the run or branch that made it, unless that is archived, and not for branches that share it. On PostgreSQL it costs what waits and
    /// what happened since summaries were made last, not the histories; where none were made, <see cref="IRunSummaries.CatchUpAsync"/> makes them.
    /// Decide by <see cref="Run.DecideAsync"/>.
    /// </remarks>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<WaitingApproval>> ListWaitingApprovalsAsync(CancellationToken cancellationToken = default)
    {
        var rows = Store.Get<IPendingRuns>();
        var asking = await FindOpenAsync(rows is null ? null : rows.FindAskingAsync, cancellationToken).ConfigureAwait(false);
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
    /// <remarks>Those of archived ones are not listed. It costs as much as <see cref="ListWaitingApprovalsAsync"/>. Settle them by making the call again, or by
    /// <see cref="Run.AnswerAsync"/> and <see cref="Run.ReleaseCallAsync"/>.</remarks>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<RunCall>> ListOpenCallsAsync(CancellationToken cancellationToken = default)
    {
        var rows = Store.Get<IPendingRuns>();
        var calling = await FindOpenAsync(rows is null ? null : rows.FindCallingAsync, cancellationToken).ConfigureAwait(false);
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
        var gone = (await WithCallersAsync([.. runs.SelectMany(run => run.OpenCalls)], cancellationToken).ConfigureAwait(false))
            .Where(call => call.IsUnknown).Select(call => call.RequestId).ToHashSet();
        var looked = runs
            .Select(run => run with { OpenCalls = [.. run.OpenCalls.Select(call => call with { IsUnknown = gone.Contains(call.RequestId) })] })
            .ToList();
        var unknown = looked.Where(run => run.OpenCalls.Any(call => call.IsUnknown)).Select(run => run.Stream).ToList();
        if (unknown.Count == 0)
        {
            return looked;
        }

        // A caller that is gone now may have recorded how its call ended after the summaries were read.
        var later = (await FindSummariesAsync(unknown, cancellationToken).ConfigureAwait(false)).SelectMany(run => run.OpenCalls).Select(call => call.RequestId).ToHashSet();
        return [.. looked.Select(run => run with { OpenCalls = [.. run.OpenCalls.Where(call => !call.IsUnknown || later.Contains(call.RequestId))] })];
    }

    /// <summary>Open calls that say whether their callers are gone; one question for all of them.</summary>
    internal async Task<IReadOnlyList<OpenCall>> WithCallersAsync(IReadOnlyList<OpenCall> calls, CancellationToken cancellationToken)
    {
        OpenCall[] looked = [.. calls.Select(call => call with { IsUnknown = call.IsUnknown || CallOwner.IsGone(call.Owner) })];
        int[] asked = [.. Enumerable.Range(0, looked.Length).Where(n => !looked[n].IsUnknown && !CallOwner.IsAtWork(looked[n].Owner) && CallOwner.PeriodOf(looked[n].Owner) is not null)];
        if (asked.Length == 0 || Store.Get<ICallOwners>() is not { } owners)
        {
            return looked;
        }

        var silences = await owners.FindSilencesAsync([.. asked.Select(n => looked[n])], cancellationToken).ConfigureAwait(false);
        foreach (var (n, silence) in asked.Zip(silences))
        {
            looked[n] = looked[n] with { IsUnknown = silence.Length >= LongestSilence(CallOwner.PeriodOf(looked[n].Owner)!.Value) };
        }

        return looked;
    }

    private Task<IReadOnlyList<RunSummary>> FindSummariesAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken) =>
        Summaries.FindAllAsync(streams, cancellationToken: cancellationToken);

    /// <summary>The summaries of runs and branches that take further events: those that rows say, or all.</summary>
    private async Task<IEnumerable<RunSummary>> FindOpenAsync(
        Func<CancellationToken, Task<IReadOnlyCollection<StreamName>>>? find, CancellationToken cancellationToken)
    {
        var streams = find is null
            ? await FindRunNamesAsync(cancellationToken).ConfigureAwait(false)
            : await find(cancellationToken).ConfigureAwait(false);
        return (await FindSummariesAsync(streams, cancellationToken).ConfigureAwait(false)).Where(run => run.State == StreamState.Open);
    }

    private async Task<IReadOnlyCollection<StreamName>> FindRunNamesAsync(CancellationToken cancellationToken)
    {
        var streams = new List<StreamName>();
        foreach (var prefix in RunSummaries.Prefixes)
        {
            await foreach (var info in Store.ListStreamsAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                streams.Add(info.Name);
            }
        }

        return streams;
    }
}
