using System.CommandLine;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Budgets;

/// <summary><c>ledger budget show</c></summary>
internal sealed class BudgetShowCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");

    public BudgetShowCommand()
        : base("show", "Shows what the calls of a run and its branches may cost together, what they spent, and what is reserved for calls that have not ended.")
    {
        Add(_id);
        Examples = ["ledger budget show first", "ledger budget show branch:second --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        BudgetText.Print(session, run.StreamName, await run.GetBudgetAsync(cancellationToken));
    }
}
