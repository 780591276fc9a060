using System.CommandLine;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger call list</c></summary>
internal sealed class CallListCommand : LedgerCommand
{
    private readonly Option<string?> _task = new("--task") { Description = "The task. Default: the calls in progress of all tasks.", HelpName = "ID" };

    public CallListCommand()
        : base("list", "Lists the calls of a task, or those in progress of all tasks, the oldest first.")
    {
        Add(_task);
        Examples = ["ledger call list --task t1", "ledger call list --json"];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var calls = session.Get(_task) is { } task
            ? await connection.Tasks.ListCallsAsync((await TaskArgument.FindAsync(connection, task, cancellationToken)).Id, cancellationToken)
            : await connection.Tasks.ListCallsInProgressAsync(null, cancellationToken);
        if (await session.ListAsync(calls.Select(CallContract.Of), ContractContext.Default.CallContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(CallsContract.Of(calls), ContractContext.Default.CallsContract);
            return;
        }

        foreach (var call in calls)
        {
            TaskText.PrintLine(session.Out, call);
        }

        if (calls.Count == 0)
        {
            session.Out.Line("No calls found.");
        }
    }
}
