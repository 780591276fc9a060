using Ledger.Runs;

namespace Ledger.Explorer.Contracts;

/// <summary>An amount in the units of a budget; without a unit there is no limit in it.</summary>
internal sealed record BudgetAmountContract(decimal? Usd = null, long? Tokens = null, long? Calls = null)
{
    public static BudgetAmountContract Of(BudgetAmount amount) => new(amount.Usd, amount.Tokens, amount.Calls);
}

/// <summary>The budget of a run and its branches; only the stream if there is none.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Limit">What was set last.</param>
/// <param name="Spent">What answered calls cost.</param>
/// <param name="Reserved">What is reserved for calls that have not ended.</param>
/// <param name="Remaining">What further calls may cost.</param>
internal sealed record BudgetContract(
    string Stream,
    BudgetAmountContract? Limit = null,
    BudgetAmountContract? Spent = null,
    BudgetAmountContract? Reserved = null,
    BudgetAmountContract? Remaining = null)
{
    public static BudgetContract Of(StreamName stream, RunBudget? budget) => budget is null
        ? new(stream.Value)
        : new(
            stream.Value,
            BudgetAmountContract.Of(budget.Limit),
            BudgetAmountContract.Of(budget.Spent),
            BudgetAmountContract.Of(budget.Reserved),
            BudgetAmountContract.Of(budget.Left));
}
