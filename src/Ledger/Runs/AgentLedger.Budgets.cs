using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>Budgets of tasks, and of runs by name.</content>
public sealed partial class AgentLedger
{
    /// <summary>Limits what the calls may cost together that count against a budget: those of a run, or of all runs that have joined the budget of a task.</summary>
    /// <remarks>Runs join it by <see cref="Run.JoinBudgetAsync"/>, tasks by <see cref="JoinBudgetAsync"/>. For a run it is the same as <see cref="Run.SetBudgetAsync"/>.</remarks>
    /// <param name="owner">What the budget is of: <c>task:t1</c>, a run or a branch.</param>
    /// <param name="limit">The limits; null in a unit for none.</param>
    /// <param name="metadata">Who sets it and why; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative, or more than 10^12.</exception>
    /// <exception cref="StreamNotFoundException">It is a run or branch that does not exist.</exception>
    public async Task SetBudgetAsync(StreamName owner, BudgetAmount limit, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        Check(limit);
        if (IsHistory(owner))
        {
            await (await OpenAsync(owner, cancellationToken).ConfigureAwait(false)).SetBudgetAsync(limit, metadata, cancellationToken).ConfigureAwait(false);
            return;
        }

        var set = new NewEvent(new BudgetSet(limit.Usd, limit.Tokens, limit.Calls), metadata ?? EventMetadata.None);
        await Store.AppendAsync(BudgetStream.Of(owner), ExpectedVersion.Any, [set], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts all calls that count against a budget against another one too: of a task against that of its parent.</summary>
    /// <param name="owner">What the budget is of: <c>task:t2</c>, a run or a branch.</param>
    /// <param name="other">What the other budget is of.</param>
    /// <param name="metadata">Who joins them and why; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentException">Both are the same budget.</exception>
    /// <exception cref="StreamNotFoundException">It is a run or branch that does not exist.</exception>
    public async Task JoinBudgetAsync(StreamName owner, StreamName other, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        if (IsHistory(owner))
        {
            await (await OpenAsync(owner, cancellationToken).ConfigureAwait(false)).JoinBudgetAsync(other, metadata, cancellationToken).ConfigureAwait(false);
            return;
        }

        var root = await BudgetOwnerAsync(other, cancellationToken).ConfigureAwait(false);
        if (root == owner)
        {
            throw new ArgumentException($"The budget of '{owner}' cannot join itself.", nameof(other));
        }

        if (!(await ReadStateAsync(owner, cancellationToken).ConfigureAwait(false)).Joined.Contains(root))
        {
            var joined = new NewEvent(new BudgetJoined(root.Value), metadata ?? EventMetadata.None);
            await Store.AppendAsync(BudgetStream.Of(owner), ExpectedVersion.Any, [joined], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A budget, and what was spent and reserved of it; null if there is none.</summary>
    /// <param name="owner">What it is of: <c>task:t1</c>, a run or a branch.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="StreamNotFoundException">It is a run or branch that does not exist.</exception>
    public async Task<RunBudget?> GetBudgetAsync(StreamName owner, CancellationToken cancellationToken = default)
    {
        if (IsHistory(owner))
        {
            return await (await OpenAsync(owner, cancellationToken).ConfigureAwait(false)).GetBudgetAsync(cancellationToken).ConfigureAwait(false);
        }

        var state = await ReadStateAsync(owner, cancellationToken).ConfigureAwait(false);
        return state.Version == StreamVersion.Empty ? null : state.With(new BudgetAmount());
    }

    /// <summary>What a budget is of: of a branch, its root run.</summary>
    internal async Task<StreamName> BudgetOwnerAsync(StreamName owner, CancellationToken cancellationToken) =>
        owner.IsBranch ? (await OpenAsync(owner, cancellationToken).ConfigureAwait(false)).History.Root : owner;

    internal static void Check(BudgetAmount limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        if (limit.Usd < 0 || limit.Tokens < 0 || limit.Calls < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "A budget must not be negative.");
        }

        if (!limit.IsInRange)
        {
            throw new ArgumentOutOfRangeException(
                nameof(limit), limit, $"A budget must be at most {BudgetAmount.Most} in each unit. Leave a unit out for no limit.");
        }
    }

    private static bool IsHistory(StreamName owner) => owner.IsBranch || owner.Category == "run";

    private async Task<BudgetState> ReadStateAsync(StreamName owner, CancellationToken cancellationToken)
    {
        var state = new BudgetState();
        await foreach (var recorded in Store.ReadHistoryAsync(History.OfRun(BudgetStream.Of(owner)), cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            state.Take(recorded);
        }

        return state;
    }
}
