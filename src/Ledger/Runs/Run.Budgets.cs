using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>What the calls of a run and its branches may cost.</content>
public sealed partial class Run
{
    private readonly BudgetAccount _budget;

    /// <summary>Limits what the calls of this run and its branches may cost together; a later limit replaces it, and what was spent stays spent.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>It applies to calls of this history and of branches that have the event <c>budget.set</c> in their prefix: set it before the first fork. A branch
    /// that was forked earlier counts, and is limited, once a budget is set on it. Of one tree the limit that was set last applies to all.</item>
    /// <item>Each call is reserved with <see cref="CallOptions.Estimate"/> before it is made, and settled by its recorded price. A call that failed or was released
    /// costs nothing; one whose end is unknown keeps its reservation. Answers from the log cost nothing.</item>
    /// <item>All callers, in any number of processes, reserve in one stream, named <c>budget:</c> and the run's stream, and cannot exceed the limit together, as long as
    /// no call costs more than its estimate.</item>
    /// </list>
    /// </remarks>
    /// <param name="limit">The limits; null in a unit for none.</param>
    /// <param name="metadata">Who sets it and why; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative.</exception>
    public async Task SetBudgetAsync(BudgetAmount limit, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(limit);
        if (limit.Usd < 0 || limit.Tokens < 0 || limit.Calls < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "A budget must not be negative.");
        }

        metadata ??= EventMetadata.None;
        var set = new BudgetSet(limit.Usd, limit.Tokens, limit.Calls);
        await AppendOwnAsync(new NewEvent(set, metadata), _budget.Setting(set, metadata with { ForeignId = null }), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The budget of the run and its branches, what they spent and reserved; null if this history has none.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<RunBudget?> GetBudgetAsync(CancellationToken cancellationToken = default) =>
        await _calls.ReadLimitAsync(cancellationToken).ConfigureAwait(false) is { } limit
            ? await _budget.ReadAsync(limit, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Appends a request of a call; under a budget, its reservation with it.</summary>
    /// <exception cref="BudgetExceededException">The budget does not allow the call: nothing was appended but <c>budget.exhausted</c>.</exception>
    internal async Task AppendRequestAsync(NewEvent request, CallKey key, JsonElement asked, CallCost? estimate, CancellationToken cancellationToken)
    {
        if (_calls.Limit is not { } limit || _ledger.CallSource is { MakesCalls: false })
        {
            await AppendOwnAsync(request, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await _budget.ReserveAsync(request, key.Kind, asked, estimate, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (BudgetExceededException exceeded)
        {
            var metadata = request.Metadata with { Headers = EventMetadata.EmptyHeaders };
            var exhausted = new BudgetExhausted(exceeded.Limits) { More = BudgetRefusalForm.Of(exceeded, asked) };
            await AppendOwnAsync(new NewEvent(exhausted, metadata), cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Appends how a call ended; under a budget, its settlement with it.</summary>
    internal Task<Position> AppendOutcomeAsync(NewEvent outcome, Guid requestId, CancellationToken cancellationToken) => _calls.Limit is null
        ? AppendOwnAsync(outcome, cancellationToken)
        : AppendOwnAsync(outcome, _budget.Settlement(outcome, requestId), cancellationToken);

    /// <summary>Frees what is reserved for a call that its callee does not know.</summary>
    internal Task SettleNotMadeAsync(Guid requestId, CancellationToken cancellationToken) =>
        _calls.Limit is null ? Task.CompletedTask : _budget.SettleNotMadeAsync(requestId, cancellationToken);
}
