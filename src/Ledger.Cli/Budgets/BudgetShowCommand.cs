using System.CommandLine;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Budgets;

/// <summary><c>ledger budget show</c></summary>
internal sealed class BudgetShowCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(BudgetOwner.Description);

    public BudgetShowCommand()
        : base("show", "Shows what the calls of a run and its branches, or of a task, may cost together, what they spent, and what is reserved for calls that have not ended.")
    {
        Add(_id);
        Examples = ["ledger budget show first", "ledger budget show task:t1 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var owner = await BudgetOwner.FindAsync(connection, session.Get(_id), cancellationToken);
        BudgetText.Print(session, owner, await connection.Ledger.GetBudgetAsync(owner, cancellationToken));
    }
}
