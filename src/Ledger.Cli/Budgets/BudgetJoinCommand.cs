using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Failures;
using Ledger.Log;

namespace Ledger.Cli.Budgets;

/// <summary><c>ledger budget join</c></summary>
internal sealed class BudgetJoinCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(BudgetOwner.Description);
    private readonly Argument<string> _other = StreamArgument.Create("The run or task whose budget its calls count against too.", "OTHER");
    private readonly Option<string?> _actor = new("--actor") { Description = "Who joins them.", HelpName = "NAME" };

    public BudgetJoinCommand()
        : base("join", "Counts the calls of a run and its branches, or of a task, against another budget too.")
    {
        Add(_id);
        Add(_other);
        Add(_actor);
        Examples = ["ledger budget join first task:t1", "ledger budget join task:t2 task:t1", "ledger budget join helper first"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var owner = await BudgetOwner.FindAsync(connection, session.Get(_id), cancellationToken);
        var other = await BudgetOwner.FindAsync(connection, session.Get(_other), cancellationToken);
        try
        {
            await connection.Ledger.JoinBudgetAsync(owner, other, new EventMetadata { Actor = session.Get(_actor) }, cancellationToken);
        }
        catch (ArgumentException fault)
        {
            throw new RefusalException(fault.Message.Split(" (Parameter", 2)[0], FailureCodes.InvalidInput);
        }

        BudgetText.Print(session, other, await connection.Ledger.GetBudgetAsync(other, cancellationToken));
    }
}
