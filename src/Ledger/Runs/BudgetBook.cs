using System.Collections.Concurrent;
using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The budgets that the calls of a run or branch count against: its own, those that it has joined, and those that they have joined.</summary>
/// <remarks>
/// Each is a stream. The reservations are appended in one append with the request, at the versions of the streams that they were decided on: of two callers
/// anywhere, one decides again after the other. How a call ended and its settlements are one append too, so that the log never differs from the budgets. Safe for
/// concurrent use.
/// </remarks>
internal sealed class BudgetBook(Run run, AgentLedger ledger)
{
    private readonly ConcurrentDictionary<StreamName, BudgetState> _states = new();
    private readonly ConcurrentDictionary<Guid, (StreamName[] Accounts, BudgetAmount Amount)> _reserved = new();
    private readonly StreamName _own = BudgetStream.Of(run.History.Root);

    /// <summary>The part of an append that changes the own budget.</summary>
    public StreamAppend Part(object change, EventMetadata metadata) => Part(_own, ExpectedVersion.Any, new NewEvent(change, metadata));

    /// <summary>The part of an append that raises a budget for an approval; the log holds it once.</summary>
    public StreamAppend Raise(BudgetRaise raise, Guid approvalId, EventMetadata metadata) => Part(
        BudgetStream.Of(raise.Budget),
        ExpectedVersion.Any,
        new NewEvent(new BudgetRaised(approvalId, raise.More.Usd, raise.More.Tokens, raise.More.Calls), metadata) { Id = EventIds.OfRaise(approvalId) });

    /// <summary>The part of an append that is refused if a budget has changed since a version.</summary>
    public static StreamAppend Unchanged(StreamName budget, StreamVersion version) => new(BudgetStream.Of(budget), ExpectedVersion.Exactly(version), []);

    /// <summary>Whether an approval has raised a budget, in whichever history it was given, and the version of the budget when that was read.</summary>
    public async Task<(bool IsRaised, StreamVersion Version)> FindRaiseAsync(BudgetRaise raise, Guid approvalId, CancellationToken cancellationToken)
    {
        var budget = await ledger.Store.GetStreamAsync(BudgetStream.Of(raise.Budget), cancellationToken).ConfigureAwait(false);
        var raised = await ledger.Store.FindEventsAsync([EventIds.OfRaise(approvalId)], cancellationToken).ConfigureAwait(false);
        return (raised.Count > 0, budget?.Version ?? StreamVersion.Empty);
    }

    /// <summary>The own budget now.</summary>
    public Task<RunBudget> ReadAsync(BudgetAmount limit, CancellationToken cancellationToken) => ledger.BudgetTurns.TakeAsync(
        _own,
        async () =>
        {
            await CatchUpAsync(_own, cancellationToken).ConfigureAwait(false);
            return StateOf(_own).With(limit);
        },
        cancellationToken);

    /// <summary>Appends a request, and reserves its estimate in the same append. If another caller has appended the request, nothing happens.</summary>
    /// <exception cref="BudgetExceededException">A budget does not allow it: nothing was appended.</exception>
    /// <exception cref="WrongExpectedVersionException">The history has another length.</exception>
    public async Task ReserveAsync(
        NewEvent request, string kind, JsonElement asked, CallCost? estimate, BudgetRoots roots, Position? length, CancellationToken cancellationToken)
    {
        var isDecided = false;
        while (!isDecided)
        {
            var accounts = AccountsOf(roots);
            isDecided = await LockedAsync(
                accounts, 0, () => DecideAsync(request, kind, asked, estimate, roots, length, accounts, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The parts of an append that settle a call where it is reserved: by the price of its response, and to nothing if it was not made.</summary>
    /// <param name="outcome">The event that ends the call.</param>
    /// <param name="requestId">The call.</param>
    /// <param name="roots">The budgets of the history.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<StreamAppend[]> SettlementsAsync(NewEvent outcome, Guid requestId, BudgetRoots roots, CancellationToken cancellationToken)
    {
        var written = ledger.Store.Registry.Write(outcome);
        var cost = CallEventForm.IsResponse(written.Type) ? BudgetAmount.OfCall(CallCost.Read(JsonElement.Parse(written.Json.Span))) : BudgetAmount.Zero;
        var (accounts, _) = await FindReservedAsync(requestId, outcome.Id, roots, cancellationToken).ConfigureAwait(false);
        return SettlementsOf(outcome.Id, new BudgetSettled(requestId, cost.Usd ?? 0, cost.Tokens ?? 0, cost.Calls ?? 0), accounts);
    }

    /// <summary>The parts of an append that settle a failed call by what was reserved for it.</summary>
    public async Task<StreamAppend[]> EstimatedSettlementsAsync(NewEvent failed, Guid requestId, BudgetRoots roots, CancellationToken cancellationToken)
    {
        var (accounts, estimate) = await FindReservedAsync(requestId, failed.Id, roots, cancellationToken).ConfigureAwait(false);
        var settled = new BudgetSettled(requestId, estimate.Usd ?? 0, estimate.Tokens ?? 0, 1) { More = BudgetState.Estimated };
        return SettlementsOf(failed.Id, settled, accounts);
    }

    // False if a budget has joined another since, which is then asked too.
    private async Task<bool> DecideAsync(
        NewEvent request,
        string kind,
        JsonElement asked,
        CallCost? estimate,
        BudgetRoots roots,
        Position? length,
        StreamName[] accounts,
        CancellationToken cancellationToken)
    {
        var target = TargetOf(kind, asked);
        long? before = null;
        while (true)
        {
            await CatchUpAsync(accounts, cancellationToken).ConfigureAwait(false);
            if (!AccountsOf(roots).SequenceEqual(accounts))
            {
                return false;
            }

            var amount = EstimateOf(kind, target, estimate, accounts);
            Check(kind, amount, roots, accounts);
            StreamAppend[] reservations = [.. accounts.Select(account => Reservation(account, request.Id, kind, target, amount))];
            try
            {
                await run.AppendOwnAtAsync(request, length, reservations, cancellationToken).ConfigureAwait(false);
                _reserved[request.Id] = (accounts, amount);
                return true;
            }
            catch (EventIdInUseException)
            {
                return true;
            }
            catch (WrongExpectedVersionException refused) when ((length is null || refused.Stream != run.StreamName) && before != VersionsOf(accounts))
            {
                // Another caller was faster. In a transaction of the caller, which sees no more than when it began, the second conflict is thrown.
                before = VersionsOf(accounts);
            }
        }
    }

    private void Check(string kind, BudgetAmount amount, BudgetRoots roots, StreamName[] accounts)
    {
        foreach (var account in accounts)
        {
            var budget = StateOf(account).With(account == _own ? roots.Own ?? new BudgetAmount() : new BudgetAmount());
            if (budget.LimitsAgainst(amount) is { Count: > 0 } limits)
            {
                throw new BudgetExceededException(run.StreamName, kind, amount, budget, limits, account == _own ? null : OwnerOf(account, roots));
            }
        }
    }

    private StreamAppend Reservation(StreamName account, Guid requestId, string kind, string? target, BudgetAmount amount)
    {
        var reserved = new BudgetReserved(requestId, run.StreamName.Value, kind, target, amount.Usd, amount.Tokens);
        var made = new NewEvent(reserved) { Id = ReservationIn(account, requestId) };
        return Part(account, ExpectedVersion.Exactly(StateOf(account).Version), made);
    }

    private StreamAppend[] SettlementsOf(Guid outcomeId, BudgetSettled settled, StreamName[] accounts) =>
        [.. accounts.Select(account => Part(account, ExpectedVersion.Any, new NewEvent(settled) { Id = SettlementIn(account, outcomeId) }))];

    /// <summary>The budgets that a call counts against, and what is reserved for it in each.</summary>
    private async Task<(StreamName[] Accounts, BudgetAmount Amount)> FindReservedAsync(
        Guid requestId, Guid outcomeId, BudgetRoots roots, CancellationToken cancellationToken) => _reserved.TryRemove(requestId, out var reserved)
            ? reserved
            : await HoldersAsync(requestId, outcomeId, roots, cancellationToken).ConfigureAwait(false);

    /// <summary>The same for a call of another handle: the budgets with its reservation, or all if it was begun without one.</summary>
    private async Task<(StreamName[] Accounts, BudgetAmount Amount)> HoldersAsync(
        Guid requestId, Guid outcomeId, BudgetRoots roots, CancellationToken cancellationToken)
    {
        var accounts = await KnownAsync(roots, cancellationToken).ConfigureAwait(false);
        var found = await FindAsync(accounts, requestId, outcomeId, cancellationToken).ConfigureAwait(false);

        // An append that is tried again has the same parts as the first time.
        StreamName[] settled = [.. accounts.Where(account => found.ContainsKey(SettlementIn(account, outcomeId)))];
        StreamName[] reserved = [.. accounts.Where(account => found.ContainsKey(ReservationIn(account, requestId)))];
        var amount = found.Values.Select(recorded => recorded.Data).OfType<BudgetReserved>().FirstOrDefault() is { } made
            ? new BudgetAmount(made.Usd, made.Tokens, 1)
            : BudgetAmount.Zero;
        return (settled is not [] ? settled : reserved is not [] ? reserved : accounts, amount);
    }

    /// <summary>Which reservations of a call, and which settlements by an outcome, the log has.</summary>
    private async Task<Dictionary<Guid, RecordedEvent>> FindAsync(StreamName[] accounts, Guid requestId, Guid outcomeId, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. accounts.SelectMany(account => new[] { ReservationIn(account, requestId), SettlementIn(account, outcomeId) })];
        return (await ledger.Store.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false)).ToDictionary(found => found.Id);
    }

    /// <summary>The budgets that count now: another process may have joined more, and reserved in them.</summary>
    private async Task<StreamName[]> KnownAsync(BudgetRoots roots, CancellationToken cancellationToken)
    {
        while (true)
        {
            var accounts = AccountsOf(roots);
            await LockedAsync(accounts, 0, () => CatchUpAsync(accounts, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (AccountsOf(roots).SequenceEqual(accounts))
            {
                return accounts;
            }
        }
    }

    private BudgetAmount EstimateOf(string kind, string? target, CallCost? estimate, StreamName[] accounts)
    {
        var known = accounts.Select(account => StateOf(account).DearestOf(kind, target)).OfType<BudgetAmount>().ToList();
        var usd = estimate is null
            ? null
            : estimate.Usd ?? ledger.PriceOf(estimate with { Model = estimate.Model ?? (kind == CallEventForm.Llm ? target : null) }, run.StreamName);
        return new BudgetAmount(
            usd is { } price ? Math.Min(price, CallCost.MaxUsd) : known.Max(dearest => dearest.Usd),
            estimate?.Tokens ?? known.Max(dearest => dearest.Tokens),
            1);
    }

    private async Task<bool> CatchUpAsync(StreamName[] accounts, CancellationToken cancellationToken)
    {
        foreach (var account in accounts)
        {
            await CatchUpAsync(account, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task CatchUpAsync(StreamName account, CancellationToken cancellationToken)
    {
        var state = StateOf(account);
        var from = new Position(state.Version.Value);
        await foreach (var recorded in ledger.Store.ReadHistoryAsync(History.OfRun(account), from, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            state.Take(recorded);
        }
    }

    // In one order, so that two callers do not wait for each other.
    private Task<T> LockedAsync<T>(StreamName[] accounts, int index, Func<Task<T>> action, CancellationToken cancellationToken) => index == accounts.Length
        ? action()
        : ledger.BudgetTurns.TakeAsync(accounts[index], () => LockedAsync(accounts, index + 1, action, cancellationToken), cancellationToken);

    /// <summary>The streams of all budgets that a call counts against, as far as they are known, sorted.</summary>
    private StreamName[] AccountsOf(BudgetRoots roots)
    {
        var found = new HashSet<StreamName>();
        var left = new Queue<StreamName>(roots.Joined.Select(BudgetStream.Of));
        if (roots.Own is not null)
        {
            left.Enqueue(_own);
        }

        while (left.TryDequeue(out var account))
        {
            if (found.Add(account))
            {
                foreach (var owner in StateOf(account).Joined)
                {
                    left.Enqueue(BudgetStream.Of(owner));
                }
            }
        }

        return [.. found.OrderBy(account => account.Value, StringComparer.Ordinal)];
    }

    private StreamName OwnerOf(StreamName account, BudgetRoots roots) =>
        roots.Joined.Concat(_states.Values.SelectMany(state => state.Joined)).First(owner => BudgetStream.Of(owner) == account);

    private Guid ReservationIn(StreamName account, Guid requestId) => EventIds.OfReservation(requestId, JoinedOrNull(account));

    private Guid SettlementIn(StreamName account, Guid outcomeId) => EventIds.OfSettlement(outcomeId, JoinedOrNull(account));

    private StreamName? JoinedOrNull(StreamName account) => account == _own ? null : account;

    private long VersionsOf(StreamName[] accounts) => accounts.Sum(account => StateOf(account).Version.Value);

    private BudgetState StateOf(StreamName account) => _states.GetOrAdd(account, _ => new BudgetState());

    private StreamAppend Part(StreamName account, ExpectedVersion expected, NewEvent made) => new(account, expected, [run.Correlated(made)]);

    private static string? TargetOf(string kind, JsonElement request) =>
        kind != CallEventForm.Tool ? CallCost.Read(request).Model
        : request.ValueKind == JsonValueKind.Object && request.TryGetProperty("tool", out var tool) && tool.ValueKind == JsonValueKind.String ? tool.GetString()
        : null;
}
