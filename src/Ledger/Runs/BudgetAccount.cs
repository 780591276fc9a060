using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The one place that decides which calls of a run and its branches the budget allows: a stream named after the root run.</summary>
/// <remarks>
/// A reservation is appended in one append with the request, at the version of the stream that it was decided on: of two callers anywhere, one decides
/// again after the other. How a call ended and its settlement are one append too, so that the two never differ. Safe for concurrent use.
/// </remarks>
internal sealed class BudgetAccount(Run run, AgentLedger ledger)
{
    private const string Category = "budget:";

    private readonly BudgetState _state = new();
    private readonly StreamName _stream = StreamOf(run.History.Root);

    /// <summary>The part of an append that sets the limit for the whole tree.</summary>
    public StreamAppend Setting(BudgetSet limit, EventMetadata metadata) => Part(ExpectedVersion.Any, new NewEvent(limit, metadata));

    /// <summary>The part of an append that settles a call: by the price of its response, and to nothing for any other end.</summary>
    /// <param name="outcome">The event that ends the call.</param>
    /// <param name="requestId">The call.</param>
    public StreamAppend Settlement(NewEvent outcome, Guid requestId)
    {
        var written = ledger.Store.Registry.Write(outcome);
        var cost = CallEventForm.IsResponse(written.Type) ? BudgetAmount.OfCall(CallCost.Read(JsonElement.Parse(written.Json.Span))) : BudgetAmount.Zero;
        return Settlement(requestId, outcome.Id, cost);
    }

    /// <summary>Settles a call that was not made, as its callee says.</summary>
    public Task SettleNotMadeAsync(Guid requestId, CancellationToken cancellationToken) =>
        ledger.Store.AppendAsync([Settlement(requestId, requestId, BudgetAmount.Zero)], cancellationToken);

    public Task<RunBudget> ReadAsync(BudgetAmount limit, CancellationToken cancellationToken) => ledger.BudgetTurns.TakeAsync(
        _stream,
        async () =>
        {
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            return _state.With(limit);
        },
        cancellationToken);

    /// <summary>Appends a request, and reserves its estimate in the same append. If another caller has appended the request, nothing happens.</summary>
    /// <exception cref="BudgetExceededException">The budget does not allow it: nothing was appended.</exception>
    public Task ReserveAsync(
        NewEvent request, string kind, JsonElement asked, CallCost? estimate, BudgetAmount limit, CancellationToken cancellationToken) =>
        ledger.BudgetTurns.TakeAsync(_stream, async () => await DecideAsync(request, kind, asked, estimate, limit, cancellationToken).ConfigureAwait(false), cancellationToken);

    private async Task<bool> DecideAsync(
        NewEvent request, string kind, JsonElement asked, CallCost? estimate, BudgetAmount limit, CancellationToken cancellationToken)
    {
        var target = TargetOf(kind, asked);
        StreamVersion? before = null;
        while (true)
        {
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            var amount = EstimateOf(kind, target, estimate);
            var budget = _state.With(limit);
            if (budget.LimitsAgainst(amount) is { Count: > 0 } limits)
            {
                throw new BudgetExceededException(run.StreamName, kind, amount, budget, limits);
            }

            var reserved = new NewEvent(new BudgetReserved(request.Id, run.StreamName.Value, kind, target, amount.Usd, amount.Tokens))
            {
                Id = EventIds.OfReservation(request.Id),
            };
            try
            {
                await run.AppendOwnAsync(request, Part(ExpectedVersion.Exactly(_state.Version), reserved), cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (EventIdInUseException)
            {
                return false;
            }
            catch (WrongExpectedVersionException) when (before != _state.Version)
            {
                // Another caller was faster. In a transaction of the caller, which sees no more than when it began, the second conflict is thrown.
                before = _state.Version;
            }
        }
    }

    private BudgetAmount EstimateOf(string kind, string? target, CallCost? estimate)
    {
        var dearest = _state.DearestOf(kind, target);
        var usd = estimate is null
            ? null
            : estimate.Usd ?? ledger.PriceOf(estimate with { Model = estimate.Model ?? (kind == CallEventForm.Llm ? target : null) }, run.StreamName);
        return new BudgetAmount(usd is { } price ? Math.Min(price, CallCost.MaxUsd) : dearest?.Usd, estimate?.Tokens ?? dearest?.Tokens, 1);
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var from = new Position(_state.Version.Value);
        await foreach (var recorded in ledger.Store.ReadHistoryAsync(History.OfRun(_stream), from, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            _state.Take(recorded);
        }
    }

    private StreamAppend Settlement(Guid requestId, Guid outcomeId, BudgetAmount cost)
    {
        var settled = new BudgetSettled(requestId, cost.Usd ?? 0, cost.Tokens ?? 0, cost.Calls ?? 0);
        return Part(ExpectedVersion.Any, new NewEvent(settled) { Id = EventIds.OfSettlement(outcomeId) });
    }

    private StreamAppend Part(ExpectedVersion expected, NewEvent made) => new(_stream, expected, [run.Correlated(made)]);

    private static string? TargetOf(string kind, JsonElement request) =>
        kind != CallEventForm.Tool ? CallCost.Read(request).Model
        : request.ValueKind == JsonValueKind.Object && request.TryGetProperty("tool", out var tool) && tool.ValueKind == JsonValueKind.String ? tool.GetString()
        : null;

    private static StreamName StreamOf(StreamName root) => new(
        Category + (Category.Length + root.Value.Length <= StreamName.MaxLength
            ? root.Value
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root.Value)))));
}
