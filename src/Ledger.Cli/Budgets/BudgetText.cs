using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Runs;

namespace Ledger.Cli.Budgets;

/// <summary>The budget of a run, as text or JSON.</summary>
internal static class BudgetText
{
    public static void Print(Session session, StreamName stream, RunBudget? budget)
    {
        if (session.Json)
        {
            session.Out.Json(BudgetContract.Of(stream, budget), ContractContext.Default.BudgetContract);
        }
        else if (budget is null)
        {
            session.Out.Line("No budget is set.");
        }
        else
        {
            session.Out.Fact("Limit", TextOf(budget.Limit));
            session.Out.Fact("Spent", TextOf(budget.Spent));
            session.Out.Fact("Reserved", TextOf(budget.Reserved));
            session.Out.Fact("Left", TextOf(budget.Left));
        }
    }

    private static string TextOf(BudgetAmount amount)
    {
        string?[] units =
        [
            amount.Usd is { } usd ? string.Create(CultureInfo.InvariantCulture, $"{usd:0.00####} USD") : null,
            amount.Tokens is { } tokens ? Printable.Count(tokens, "token") : null,
            amount.Calls is { } calls ? Printable.Count(calls, "call") : null,
        ];
        return units.Any(u => u is not null) ? string.Join(", ", units.OfType<string>()) : "no limit";
    }
}
