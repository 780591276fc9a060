using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>What the stream of a budget says: the limit, what is reserved and what is spent.</summary>
internal sealed class BudgetState
{
    private const string EstimatedMember = "estimated";

    private readonly Dictionary<Guid, (BudgetReserved Call, BudgetAmount Amount)> _open = [];
    private readonly Dictionary<(string Kind, string? Target), BudgetAmount> _dearest = [];
    private BudgetAmount? _limit;
    private BudgetAmount _raised = BudgetAmount.Zero;
    private BudgetAmount _spent = BudgetAmount.Zero;
    private BudgetAmount _reserved = BudgetAmount.Zero;

    /// <summary>The members of a settlement whose amount is the estimate of a call that failed, and no price.</summary>
    public static Dictionary<string, JsonElement> Estimated => new() { [EstimatedMember] = EventJson.ToElement(writer => writer.WriteBooleanValue(true)) };

    /// <summary>The version of the stream after the last event taken.</summary>
    public StreamVersion Version { get; private set; }

    /// <summary>The budget now.</summary>
    /// <param name="limit">The limit of the history, for a budget whose stream has none: a history that was imported.</param>
    public RunBudget With(BudgetAmount limit) => new((_limit ?? limit).RaisedBy(_raised), _spent, _reserved);

    /// <summary>The other budgets that this one has joined; another list after each.</summary>
    public IReadOnlyList<StreamName> Joined { get; private set; } = [];

    /// <summary>The most that an answered call of a kind to a model or tool cost so far; null if there was none.</summary>
    public BudgetAmount? DearestOf(string kind, string? target) => _dearest.GetValueOrDefault((kind, target));

    public void Take(RecordedEvent recorded)
    {
        Version = recorded.Version;
        switch (recorded.Data)
        {
            case BudgetSet set:
                (_limit, _raised) = (new BudgetAmount(set.Usd, set.Tokens, set.Calls), BudgetAmount.Zero);
                break;
            case BudgetRaised raised:
                _raised = _raised.Plus(new BudgetAmount(raised.Usd, raised.Tokens, raised.Calls));
                break;
            case BudgetJoined joined when BudgetStream.Parse(joined.Budget) is { } budget && !Joined.Contains(budget):
                Joined = [.. Joined, budget];
                break;
            case BudgetReserved call:
                var amount = new BudgetAmount(call.Usd ?? 0, call.Tokens ?? 0, 1);
                if (_open.TryAdd(call.RequestId, (call, amount)))
                {
                    _reserved = _reserved.Plus(amount);
                }

                break;
            case BudgetSettled settled:
                Settle(settled);
                break;
            default:
                break;
        }
    }

    // A call that was released and returned after all is settled twice: it costs nothing the first time, and its price the second.
    private void Settle(BudgetSettled settled)
    {
        var cost = new BudgetAmount(settled.Usd, settled.Tokens, settled.Calls);
        _spent = _spent.Plus(cost);
        if (!_open.Remove(settled.RequestId, out var reservation))
        {
            return;
        }

        _reserved = _reserved.Minus(reservation.Amount);
        if (settled.Calls > 0 && settled.More?.ContainsKey(EstimatedMember) != true)
        {
            var key = (reservation.Call.Kind, reservation.Call.Target);
            var before = _dearest.GetValueOrDefault(key, cost);
            _dearest[key] = new BudgetAmount(Math.Max(before.Usd ?? 0, settled.Usd), Math.Max(before.Tokens ?? 0, settled.Tokens), 1);
        }
    }
}
