using Ledger.Log;

namespace Ledger.Runs;

/// <summary>A handle's view of the calls of its history: each look reads only events appended since the last one.</summary>
/// <remarks>Safe for concurrent use. The first look reads the whole history, prefix included.</remarks>
internal sealed class CallLog(Run run)
{
    private readonly CallIndex _index = new(run.History);
    private readonly KeyedLock<CallLog> _turns = new();
    private readonly KeptAnswers _kept = new();

    /// <summary>Takes an event that was appended just now. If there is nothing between it and the events known so far, it need not be read.</summary>
    /// <param name="appended">The event.</param>
    /// <param name="result">What the log said.</param>
    /// <param name="registry">Writes it.</param>
    /// <param name="now">The time, which differs from the log's only as the clocks do.</param>
    public Task TakeAsync(NewEvent appended, AppendResult result, EventRegistry registry, DateTimeOffset now) => _turns.TakeAsync(
        this,
        () =>
        {
            var position = new Position(run.History.LengthAt(result.Version).Value - 1);
            if (result.Outcome == AppendOutcome.Written && position == _index.Next)
            {
                var written = registry.Write(appended);
                var id = appended.IdIn(result.Stream);
                var own = new RecordedEvent(registry, result.Stream, result.Version, result.LastSequence, id, written.Type, written.Json, written.Headers, now)
                {
                    Position = position,
                    CorrelationId = appended.CorrelationId,
                };
                _kept.AddOwn(own);
                _index.Take(own);
            }

            return Task.FromResult(true);
        },
        CancellationToken.None);

    /// <summary>The event of an answer, if it was read or appended lately and not asked for since; null for any other.</summary>
    public RecordedEvent? AnswerAt(Position position) => _kept.Take(position);

    /// <summary>The state of an occurrence of a request, without a look at the log: what is answered stays so.</summary>
    public Task<CallState> FindAsync(CallKey key, CallOccurrence wanted) =>
        _turns.TakeAsync(this, () => Task.FromResult(_index.Find(key, wanted)), CancellationToken.None);

    /// <summary>The state of an occurrence that was found before, without a look at the log.</summary>
    public Task<CallState> FindAsync(CallKey key, int slot) =>
        _turns.TakeAsync(this, () => Task.FromResult(_index.Find(key, slot)), CancellationToken.None);

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

    /// <summary>What other budgets the history had joined at the last look.</summary>
    public IReadOnlyList<StreamName> Joined => _index.Joined;

    /// <summary>What other budgets the history has joined.</summary>
    public Task<IReadOnlyList<StreamName>> ReadJoinedAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Joined, cancellationToken);

    /// <summary>The current budget of the history; null for none.</summary>
    public Task<BudgetAmount?> ReadLimitAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Limit, cancellationToken);

    /// <summary>The last time that approval of a request was asked for, the time that it was under an id of a chat client, and how often it was.</summary>
    public Task<(Approval? Last, Approval? Shown, int Count)> ReadApprovalAsync(CallKey key, string? askedAs, CancellationToken cancellationToken) =>
        ReadAsync(index => (index.Approvals.Find(key), index.Approvals.Find(key, askedAs), index.Approvals.CountOf(key)), cancellationToken);

    /// <summary>The last time of each request that needed approval.</summary>
    public Task<IReadOnlyList<Approval>> ReadApprovalsAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Approvals.All(), cancellationToken);

    private Task<T> ReadAsync<T>(Func<CallIndex, T> read, CancellationToken cancellationToken) => _turns.TakeAsync(
        this,
        async () =>
        {
            await foreach (var recorded in run.ReadAsync(_index.Next, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                _kept.Add(recorded);
                _index.Take(recorded);
            }

            return read(_index);
        },
        cancellationToken);
}
