using System.Collections.Concurrent;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Summaries by reading the events, on a store that does not keep them; what was read is remembered for a while.</summary>
/// <param name="store">The store.</param>
/// <param name="rules">The rules of the application.</param>
/// <param name="timeProvider">The clock by which requests for approval expire.</param>
/// <param name="keepFor">After how long the events are read again from the first one, because they may have been rewritten, which no store says; null for
/// never, on a store whose events do not change.</param>
internal sealed class FoldingRunSummaries(IEventStore store, IReadOnlyList<RunRule> rules, TimeProvider timeProvider, TimeSpan? keepFor = null) : IRunSummaries
{
    private readonly ConcurrentDictionary<StreamName, KeptState> _states = [];
    private readonly KeyedLock<StreamName> _turns = new();

    /// <summary>How many streams are remembered; then all are forgotten.</summary>
    public int MostStates { get; init; } = 50_000;

    /// <summary>Reads every event again from now on, because some were rewritten.</summary>
    public void Forget() => _states.Clear();

    public async Task<RunSummary?> FindAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        await store.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false) is { } info
            ? await FindAsync(info, long.MaxValue, cancellationToken).ConfigureAwait(false)
            : null;

    public async Task<IReadOnlyList<RunSummary>> FindAllAsync(
        IReadOnlyCollection<StreamName> streams, long mostEvents = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        var found = new List<RunSummary>();
        foreach (var stream in streams.Distinct())
        {
            if (await store.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false) is not { } info)
            {
                continue;
            }

            var known = StateOf(stream)?.State.Version ?? 0;
            if (await FindAsync(info, mostEvents, cancellationToken).ConfigureAwait(false) is { } summary)
            {
                found.Add(summary);
                mostEvents -= info.Version.Value - known;
            }
        }

        return found;
    }

    public async Task<RunPage> QueryAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        var after = query.After is { } text ? RunPlace.Parse(query.Sort, text) : null;
        var found = (await ReadAsync(query, cancellationToken).ConfigureAwait(false)).FindAll(run => after?.Precedes(run) != false);
        found.Sort((a, b) => RunPlace.Compare(query.Sort, a, b));
        return new RunPage(
            [.. found.Take(query.Limit)],
            found.Count > query.Limit ? RunPlace.Of(query.Sort, found[query.Limit - 1]).ToString() : null,
            Behind: 0);
    }

    public async Task<IReadOnlyList<RunTotals>> AddUpAsync(RunQuery query, RunGrouping by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        return RunSummaries.AddUp(await ReadAsync(query, cancellationToken).ConfigureAwait(false), by);
    }

    public Task CatchUpAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    private async Task<List<RunSummary>> ReadAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var found = new List<RunSummary>();
        foreach (var prefix in RunSummaries.Prefixes)
        {
            await foreach (var info in store.ListStreamsAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                if (info.Name.Value.StartsWith(query.Prefix, StringComparison.Ordinal)
                    && await FindAsync(info, long.MaxValue, cancellationToken).ConfigureAwait(false) is { } summary
                    && RunSummaries.IsWanted(query, summary))
                {
                    found.Add(summary);
                }
            }
        }

        return found;
    }

    private Task<RunSummary?> FindAsync(StreamInfo info, long mostEvents, CancellationToken cancellationToken) => _turns.TakeAsync(
        info.Name,
        async () =>
        {
            var kept = StateOf(info.Name);
            var state = kept?.State;
            if (info.Version.Value == 0 || info.Version.Value - (state?.Version ?? 0) > mostEvents)
            {
                return null;
            }

            state ??= await BeginAsync(info.Name, cancellationToken).ConfigureAwait(false);
            if (state.Version < info.Version.Value)
            {
                var fold = new RunFold(info.Name, state, rules);
                await foreach (var recorded in store
                    .ReadForwardAsync(info.Name, new StreamVersion(state.Version + 1), info.Version, cancellationToken).ConfigureAwait(false))
                {
                    fold.Take(recorded);
                }
            }

            Keep(info.Name, kept ?? new KeptState(state, timeProvider.GetTimestamp()));
            return RunSummaries.Of(info.Name, state, timeProvider.GetUtcNow()) with { State = info.State };
        },
        cancellationToken);

    private KeptState? StateOf(StreamName stream) =>
        _states.TryGetValue(stream, out var kept) && !(timeProvider.GetElapsedTime(kept.BegunAt) >= keepFor) ? kept : null;

    private void Keep(StreamName stream, KeptState kept)
    {
        if (!_states.ContainsKey(stream) && _states.Count >= MostStates)
        {
            _states.Clear();
        }

        _states[stream] = kept;
    }

    private async Task<RunState> BeginAsync(StreamName stream, CancellationToken cancellationToken)
    {
        var history = await store.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false);
        if (history is not { PrefixLength: var length } || length == Position.Start)
        {
            return new RunState { Prefix = history is { } own && own.Root != stream ? RunningTotals.None : null };
        }

        var totals = RunningTotals.None;
        await foreach (var recorded in store.ReadHistoryAsync(history, Position.Start, length, cancellationToken).ConfigureAwait(false))
        {
            totals = totals.Plus(RunningTotals.Of(recorded));
        }

        return new RunState { PrefixLength = length.Value, Prefix = totals };
    }

    private sealed record KeptState(RunState State, long BegunAt);
}
