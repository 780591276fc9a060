using System.CommandLine;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger task show</c></summary>
internal sealed class TaskShowCommand : LedgerCommand
{
    private readonly Argument<string> _id = TaskArgument.Create();

    public TaskShowCommand()
        : base("show", "Shows a task.")
    {
        Add(_id);
        Examples = ["ledger task show t1", "ledger task show t1 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        TaskText.Print(session, await TaskArgument.FindAsync(connection, session.Get(_id), cancellationToken));
    }
}
