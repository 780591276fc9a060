using Ledger.Log;

namespace Ledger.Runs;

/// <summary>A handle's view of the calls of its history: each look reads only events appended since the last one.</summary>
/// <remarks>Safe for concurrent use. The first look reads the whole history, prefix included.</remarks>
internal sealed class CallLog(Run run, EventRegistry registry)
{
    // Where another writer is at work, a look before a request costs less than its refusal and a look after it.
    private const int LooksAfterRefusal = 8;

    private readonly CallIndex _index = new(run.History);
    private readonly KeyedLock<CallLog> _turns = new();
    private readonly KeptAnswers _kept = new();
    private readonly NotedEvents _noted = new(registry);
    private readonly Lock _naming = new();
    private volatile BudgetRoots _budgets = BudgetRoots.None;
    private int _looksFirst;

    /// <summary>The budgets that the history names, as far as it is known; does not wait for a look at the log that is under way.</summary>
    /// <remarks>The end of a call is settled in them: the answer is paid for, and must not wait for a slow read of another caller. The limit may be an earlier one.</remarks>
    public BudgetRoots Budgets => _budgets;

    /// <summary>Notes events that were appended just now: if there is nothing between them and the events known so far, they need not be read.</summary>
    /// <param name="appended">The events.</param>
    /// <param name="result">What the log said.</param>
    /// <param name="now">The time, which differs from the log's only as the clocks do.</param>
    public void Note(NewEvent[] appended, AppendResult result, DateTimeOffset now)
    {
        _noted.Add(appended, result, run.History.LengthAt(result.Version), now);
        foreach (var made in appended)
        {
            NameBudget(made.Data);
        }
    }

    /// <summary>The event of an answer; one that was read or appended lately, and not asked for since, is not read again.</summary>
    public async Task<RecordedEvent> ReadAnswerAsync(Position position, CancellationToken cancellationToken)
    {
        if (_kept.Take(position) is { } kept)
        {
            return kept;
        }

        var events = run.ReadAsync(position, new Position(position.Value + 1), cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = events.ConfigureAwait(false);
        await events.MoveNextAsync().ConfigureAwait(false);
        return events.Current;
    }

    /// <summary>The state of an occurrence of a request without a look at the log, and the length of the history that it is of.</summary>
    /// <remarks>
    /// What is answered stays so. Anything else is true as long as the history has that length; it is null if that is unlikely, and under a budget, which
    /// others may change.
    /// </remarks>
    public Task<(CallState State, Position? Length)> FindAsync(CallKey key, CallOccurrence wanted) => KnownAsync(index =>
    {
        var isRead = index.Next > Position.Start && index.Next >= run.History.PrefixLength && index.Next >= _noted.Length;
        var mayBegin = isRead && index.Budgets.IsEmpty && (_looksFirst == 0 || _looksFirst-- == 0);
        return (index.Find(key, wanted), mayBegin ? index.Next : (Position?)null);
    });

    /// <summary>The state of an occurrence that was found before, without a look at the log.</summary>
    public Task<CallState> FindAsync(CallKey key, int slot) => KnownAsync(index => index.Find(key, slot));

    /// <summary>The current state of an occurrence of a request, whose request was refused because the history has another length than was known.</summary>
    public Task<CallState> ReadMovedAsync(CallKey key, CallOccurrence wanted, CancellationToken cancellationToken) => ReadAsync(
        index =>
        {
            _looksFirst = LooksAfterRefusal;
            return index.Find(key, wanted);
        },
        cancellationToken);

    /// <summary>The current state of an occurrence of a request.</summary>
    public Task<CallState> ReadAsync(CallKey key, CallOccurrence wanted, CancellationToken cancellationToken) =>
        ReadAsync(index => index.Find(key, wanted), cancellationToken);

    /// <summary>The current state of an occurrence that was found before.</summary>
    public Task<CallState> ReadAsync(CallKey key, int slot, CancellationToken cancellationToken) =>
        ReadAsync(index => index.Find(key, slot), cancellationToken);

    /// <summary>The current state of an occurrence that was found before, and the length of the history that it is of.</summary>
    public Task<(CallState State, Position Length)> ReadAtLengthAsync(CallKey key, int slot, CancellationToken cancellationToken) =>
        ReadAsync(index => (index.Find(key, slot), index.Next), cancellationToken);

    /// <summary>Two occurrences that were found before or may come, at one moment.</summary>
    public Task<(CallState First, CallState Second)> ReadAsync(CallKey key, int first, int second, CancellationToken cancellationToken) =>
        ReadAsync(index => (index.Find(key, first), index.Find(key, second)), cancellationToken);

    /// <summary>The occurrence that a request is; null for one that is not in the history.</summary>
    public Task<CallState?> ReadRequestAsync(Guid requestId, CancellationToken cancellationToken) =>
        ReadAsync(index => index.FindRequest(requestId), cancellationToken);

    /// <summary>A call that can be answered or released; null for none of that id.</summary>
    public Task<OpenCall?> ReadUnsettledAsync(Guid requestId, CancellationToken cancellationToken) =>
        ReadAsync(index => index.FindUnsettled(requestId), cancellationToken);

    /// <summary>The calls without a known outcome.</summary>
    public Task<IReadOnlyList<OpenCall>> ReadOpenAsync(CancellationToken cancellationToken) => ReadAsync(index => index.OpenCalls(), cancellationToken);

    /// <summary>What the calls of the history cost so far.</summary>
    public Task<RunUsage> ReadUsageAsync(CancellationToken cancellationToken) =>
        ReadAsync(index => new RunUsage(index.Whole, run.History.Root == run.StreamName ? null : index.Own), cancellationToken);

    /// <summary>What the calls of each model used so far.</summary>
    public Task<RunModelUsage> ReadModelUsageAsync(CancellationToken cancellationToken) =>
        ReadAsync(index => new RunModelUsage(index.Models, run.History.Root == run.StreamName ? null : index.OwnModels), cancellationToken);

    /// <summary>The budgets that the history names, as far as it is known, after a look at the log that is under way.</summary>
    public Task<BudgetRoots> FindBudgetsAsync() => KnownAsync(index => index.Budgets);

    /// <summary>What other budgets the history has joined.</summary>
    public Task<IReadOnlyList<StreamName>> ReadJoinedAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Budgets.Joined, cancellationToken);

    /// <summary>The current budget of the history; null for none.</summary>
    public Task<BudgetAmount?> ReadLimitAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Budgets.Own, cancellationToken);

    /// <summary>The last time that approval of a request was asked for, the time that it was under an id of a chat client, how often it was, and the length of the history.</summary>
    public Task<(Approval? Last, Approval? Shown, int Count, Position Length)> ReadApprovalAsync(CallKey key, string? askedAs, CancellationToken cancellationToken) =>
        ReadAsync(index => (index.Approvals.Find(key), index.Approvals.Find(key, askedAs), index.Approvals.CountOf(key), index.Next), cancellationToken);

    /// <summary>What a chat client asked for last under an id.</summary>
    public Task<Approval?> ReadShownAsync(string askedAs, CancellationToken cancellationToken) => ReadAsync(index => index.Approvals.FindShown(askedAs), cancellationToken);

    /// <summary>The last time of each request that needed approval.</summary>
    public Task<IReadOnlyList<Approval>> ReadApprovalsAsync(CancellationToken cancellationToken) => ReadAsync(index => index.Approvals.All(), cancellationToken);

    private Task<T> ReadAsync<T>(Func<CallIndex, T> read, CancellationToken cancellationToken) => _turns.TakeAsync(
        this,
        async () =>
        {
            TakeNoted();
            await foreach (var recorded in run.ReadAsync(_index.Next, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                _kept.Add(recorded);
                Take(recorded);
            }

            return read(_index);
        },
        cancellationToken);

    private Task<T> KnownAsync<T>(Func<CallIndex, T> read) => _turns.TakeAsync(
        this,
        () =>
        {
            TakeNoted();
            return Task.FromResult(read(_index));
        },
        CancellationToken.None);

    private void TakeNoted()
    {
        while (_noted.TakeAt(_index.Next) is { } recorded)
        {
            _kept.AddOwn(recorded);
            Take(recorded);
        }
    }

    private void Take(RecordedEvent recorded)
    {
        _index.Take(recorded);
        if (BudgetRoots.AreNamedBy(recorded.Type))
        {
            NameBudget(recorded.Data);
        }
    }

    private void NameBudget(object data)
    {
        if (data is BudgetSet or BudgetJoined)
        {
            lock (_naming)
            {
                _budgets = _budgets.With(data);
            }
        }
    }
}
