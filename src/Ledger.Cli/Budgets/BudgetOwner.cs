using Ledger.Cli.Connections;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Budgets;

/// <summary>What a budget is of, as people type it: a task by the name of its stream, or a run or branch.</summary>
internal static class BudgetOwner
{
    public const string Description = "A run or branch, by its id or stream name, or a task as task:ID.";

    public static async Task<StreamName> FindAsync(LedgerConnection connection, string text, CancellationToken cancellationToken) =>
        text.StartsWith("task:", StringComparison.Ordinal)
            ? StreamIds.Parse(text)
            : (await Histories.FindAsync(connection, text, cancellationToken)).StreamName;
}
