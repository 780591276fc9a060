using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>What the calls of a run and its branches may cost.</content>
public sealed partial class Run
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly BudgetBook _budget;

    /// <summary>Limits what the calls of this run and its branches may cost together; a later limit replaces it, and what was spent stays spent.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>It applies to calls of this history and of branches that have the event <c>budget.set</c> in their prefix: set it before the first fork. A branch
    /// that was forked earlier counts, and is limited, once a budget is set on it. Of one tree the limit that was set last applies to all.</item>
    /// <item>Each call is reserved with <see cref="CallOptions.Estimate"/> before it is made, and settled by its recorded price. One that failed after it was begun, such as by
    /// a time-out, counts as a call and costs its estimate, because it may be charged for; one that was released, that threw <see cref="CallNotMadeException"/>, or that an HTTP status refused,
    /// costs nothing; one whose end is unknown keeps its reservation. Answers from the log cost nothing.</item>
    /// <item>All callers, in any number of processes, reserve in one stream, named <c>budget:</c> and the run's stream, and cannot exceed the limit together, as long as
    /// no call costs more than its estimate.</item>
    /// </list>
    /// </remarks>
    /// <param name="limit">The limits; null in a unit for none.</param>
    /// <param name="metadata">Who sets it and why; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative, or more than 10^12.</exception>
    public async Task SetBudgetAsync(BudgetAmount limit, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        AgentLedger.Check(limit);
        metadata ??= EventMetadata.None;
        var set = new BudgetSet(limit.Usd, limit.Tokens, limit.Calls);
        await AppendOwnAsync(new NewEvent(set, metadata), [_budget.Part(set, metadata with { ForeignId = null })], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts the calls of this run and its branches against another budget too: that of a task, or of the run that began this one.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>A call is then reserved in all of them, or not made. What the other budget has joined itself counts too, so that trees of runs and tasks have one limit at the root.</item>
    /// <item>It applies as <see cref="SetBudgetAsync"/> does: to branches that have the event <c>budget.joined</c> in their prefix. Done again it changes nothing.</item>
    /// <item>Calls that were made before do not count there.</item>
    /// </list>
    /// </remarks>
    /// <param name="owner">What the other budget is of: <c>task:t1</c>, a run or a branch; it may have no limit yet.</param>
    /// <param name="metadata">Who joins them and why; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentException">It is this run, or a branch of it.</exception>
    /// <exception cref="StreamNotFoundException">It is a branch that does not exist.</exception>
    public async Task JoinBudgetAsync(StreamName owner, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        var root = await _ledger.BudgetOwnerAsync(owner, cancellationToken).ConfigureAwait(false);
        if (root == History.Root)
        {
            throw new ArgumentException($"The budget of '{owner}' is that of '{StreamName}' itself.", nameof(owner));
        }

        if ((await _calls.ReadJoinedAsync(cancellationToken).ConfigureAwait(false)).Contains(root))
        {
            return;
        }

        metadata ??= EventMetadata.None;
        var joined = new BudgetJoined(root.Value);
        await AppendOwnAsync(new NewEvent(joined, metadata), [_budget.Part(joined, metadata with { ForeignId = null })], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The budget of the run and its branches, what they spent and reserved; null if this history has none.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<RunBudget?> GetBudgetAsync(CancellationToken cancellationToken = default) =>
        await _calls.ReadLimitAsync(cancellationToken).ConfigureAwait(false) is { } limit
            ? await _budget.ReadAsync(limit, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Appends a request of a call; under a budget, its reservation with it.</summary>
    /// <param name="request">The event.</param>
    /// <param name="key">The call.</param>
    /// <param name="asked">What is asked.</param>
    /// <param name="estimate">What it may cost.</param>
    /// <param name="length">The length that the history must have; null for any.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WrongExpectedVersionException">The history has another length.</exception>
    /// <exception cref="BudgetExceededException">A budget does not allow the call: nothing was appended but <c>budget.exhausted</c>.</exception>
    /// <exception cref="ApprovalPendingException">The same, and more was asked for.</exception>
    internal async Task AppendRequestAsync(
        NewEvent request, CallKey key, JsonElement asked, CallCost? estimate, Position? length, CancellationToken cancellationToken)
    {
        if (_ledger.CallSource is { MakesCalls: false } || (await _calls.FindBudgetsAsync().ConfigureAwait(false)).IsEmpty)
        {
            await AppendOwnAsync(request, ExpectedAt(length), [], cancellationToken).ConfigureAwait(false);
            return;
        }

        var metadata = request.Metadata with { Headers = EventMetadata.EmptyHeaders };
        request = CallEventForm.WithReservation(request);
        Guid? approved = null;
        var pause = ShortestPause;
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                var budgets = await _calls.FindBudgetsAsync().ConfigureAwait(false);
                await _budget.ReserveAsync(request, key.Kind, asked, estimate, budgets, length, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (BudgetExceededException exceeded)
            {
                if (isFirst)
                {
                    var exhausted = new BudgetExhausted(exceeded.Limits) { More = BudgetRefusalForm.Of(exceeded, asked) };
                    await AppendOwnAsync(new NewEvent(exhausted, metadata), cancellationToken).ConfigureAwait(false);
                }

                if (_ledger.Options.Budgets.WhenExceeded == BudgetPolicy.Refuse)
                {
                    throw;
                }

                if (await AskForMoreAsync(exceeded, key, metadata, cancellationToken).ConfigureAwait(false) is { } decided)
                {
                    // An approval that was not followed by more of the budget does not count twice.
                    if (decided.Decision == ApprovalDecision.Denied || decided.Id == approved)
                    {
                        throw;
                    }

                    (approved, pause) = (decided.Id, ShortestPause);
                    continue;
                }
            }

            // There may be room before anyone decides: other calls end, or another limit is set.
            await Task.Delay(pause, _ledger.TimeProvider, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>Appends how a call ended; under a budget, its settlement with it.</summary>
    internal Task<Position> AppendOutcomeAsync(NewEvent outcome, Guid requestId, CancellationToken cancellationToken) =>
        AppendOutcomeAsync(outcome, requestId, null, cancellationToken);

    /// <summary>The same, at a length that the history must have; null for any.</summary>
    /// <exception cref="WrongExpectedVersionException">The history has another length.</exception>
    internal async Task<Position> AppendOutcomeAsync(NewEvent outcome, Guid requestId, Position? length, CancellationToken cancellationToken) => await AppendOwnAsync(
        outcome,
        ExpectedAt(length),
        _calls.Budgets is { IsEmpty: false } budgets ? await _budget.SettlementsAsync(outcome, requestId, budgets, cancellationToken).ConfigureAwait(false) : [],
        cancellationToken).ConfigureAwait(false);

    /// <summary>Appends that a call has failed which may be charged for all the same; under a budget, it costs its estimate.</summary>
    internal async Task<Position> AppendFailureAsync(NewEvent failed, Guid requestId, CancellationToken cancellationToken) => await AppendOwnAsync(
        failed,
        _calls.Budgets is { IsEmpty: false } budgets ? await _budget.EstimatedSettlementsAsync(failed, requestId, budgets, cancellationToken).ConfigureAwait(false) : [],
        cancellationToken).ConfigureAwait(false);

    /// <summary>Asks for more of a budget; returns what was decided, or null while the call has to wait for that.</summary>
    /// <exception cref="ApprovalPendingException">It is not decided on, and the call does not wait.</exception>
    private async Task<Approval?> AskForMoreAsync(BudgetExceededException exceeded, CallKey call, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var request = BudgetRaise.RequestOf(exceeded, exceeded.Joined ?? History.Root, call, _ledger.Options.Budgets.Raise);
        var (id, decided, _) = await AskApprovalAsync(CallKey.Of(BudgetRaise.Kind, request), request, metadata, null, null, cancellationToken).ConfigureAwait(false);
        return decided is null && _ledger.Options.Budgets.WhenExceeded == BudgetPolicy.Ask
            ? throw new ApprovalPendingException(StreamName, BudgetRaise.Kind, id)
            : decided;
    }

    /// <summary>Records a decision on more of a budget; approved, the limit is higher from then on.</summary>
    private async Task<Position> RaiseBudgetAsync(Approval approval, BudgetRaise raise, ApprovalDecision decision, NewEvent decided, CancellationToken cancellationToken)
    {
        if (decision == ApprovalDecision.Denied)
        {
            return await DenyRaiseAsync(approval, raise, decided, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            StreamAppend[] raised = approval.Decision == ApprovalDecision.Approved ? [] : [_budget.Raise(raise, approval.Id, decided.Metadata)];
            return await AppendOwnAsync(decided, raised, cancellationToken).ConfigureAwait(false);
        }
        catch (EventIdInUseException)
        {
            // Another approved it meanwhile: the budget is raised once.
            return await AppendOwnAsync(decided, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Records a denial, provided that the budget is not raised before it is written: an approval that comes first counts.</summary>
    private async Task<Position> DenyRaiseAsync(Approval approval, BudgetRaise raise, NewEvent denied, CancellationToken cancellationToken)
    {
        StreamVersion? before = null;
        while (true)
        {
            var (isRaised, version) = await _budget.FindRaiseAsync(raise, approval.Id, cancellationToken).ConfigureAwait(false);
            if (isRaised || approval.Decision == ApprovalDecision.Approved)
            {
                throw new InvalidOperationException($"'{approval.Id}' has raised the budget of '{raise.Budget}' already. Set another limit instead.");
            }

            try
            {
                return await AppendOwnAsync(denied, [BudgetBook.Unchanged(raise.Budget, version)], cancellationToken).ConfigureAwait(false);
            }
            catch (WrongExpectedVersionException) when (before != version)
            {
                // In a transaction of the caller, which sees no more than when it began, the second conflict is thrown.
                before = version;
            }
        }
    }
}
