namespace Ledger.Runs;

/// <summary>A handle's view of the calls of its history: each look reads only events appended since the last one.</summary>
/// <remarks>Safe for concurrent use. The first look reads the whole history, prefix included.</remarks>
internal sealed class CallLog(Run run)
{
    private readonly CallIndex _index = new(run.History);
    private readonly KeyedLock<CallLog> _turns = new();

    /// <summary>The current state of an occurrence of a request.</summary>
    public Task<CallState> ReadAsync(CallKey key, CallOccurrence wanted, CancellationToken cancellationToken) =>
        ReadAsync(index => index.Find(key, wanted), cancellationToken);

    /// <summary>The current state of an occurrence that was found before.</summary>
    public Task<CallState> ReadAsync(CallKey key, int slot, CancellationToken cancellationToken) =>
        ReadAsync(index => index.Find(key, slot), cancellationToken);

    /// <summary>Two occurrences that were found before or may come, at one moment.</summary>
    public Task<(CallState First, CallState Second)> ReadAsync(CallKey key, int first, int second, CancellationToken cancellationToken) =>
        ReadAsync(index => (index.Find(key, first), index.Find(key, second)), cancellationToken);

    /// <summary>The occurrence that a request is; null for one that is not in the history.</summary>
    public Task<CallState?> ReadRequestAsync(Guid requestId, CancellationToken cancellationToken) =>
        ReadAsync(index => index.FindRequest(requestId), cancellationToken);

    /// <summary>The calls without a known outcome.</summary>
    public Task<IReadOnlyList<OpenCall>> ReadOpenAsync(CancellationToken cancellationToken) => ReadAsync(index => index.OpenCalls(), cancellationToken);

    /// <summary>What the calls of the history cost so far.</summary>
    public Task<RunUsage> ReadUsageAsync(CancellationToken cancellationToken) =>
        ReadAsync(index => new RunUsage(index.Whole, run.History.Root == run.StreamName ? null : index.Own), cancellationToken);

    /// <summary>The budget that the history had at the last look; null for none.</summary>
    public BudgetAmount? Limit => _index.Limit;

    /// <summary>The current budget of the history; null for none.</summary>
    public Task<BudgetAmount?> ReadLimitAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Limit, cancellationToken);

    /// <summary>The last time that approval of a request was asked for, and how often it was.</summary>
    public Task<(Approval? Last, int Count)> ReadApprovalAsync(CallKey key, CancellationToken cancellationToken) =>
        ReadAsync(index => (index.Approvals.Find(key), index.Approvals.CountOf(key)), cancellationToken);

    /// <summary>The last time of each request that needed approval.</summary>
    public Task<IReadOnlyList<Approval>> ReadApprovalsAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Approvals.All(), cancellationToken);

    private Task<T> ReadAsync<T>(Func<CallIndex, T> read, CancellationToken cancellationToken) => _turns.TakeAsync(
        this,
        async () =>
        {
            await foreach (var recorded in run.ReadAsync(_index.Next, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                _index.Take(recorded);
            }

            return read(_index);
        },
        cancellationToken);
}
