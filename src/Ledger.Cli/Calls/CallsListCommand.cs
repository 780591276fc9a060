using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Calls;

/// <summary><c>ledger calls list</c></summary>
internal sealed class CallsListCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");

    public CallsListCommand()
        : base("list", "Lists the calls of a run or branch that were begun and have not ended, the oldest first.")
    {
        Add(_id);
        Examples = ["ledger calls list first", "ledger calls list branch:second --json"];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        var name = run.StreamName;
        var calls = await run.ListOpenCallsAsync(cancellationToken);
        if (await session.ListAsync(calls.Select(OpenCallContract.Of), ContractContext.Default.OpenCallContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(new OpenCallsContract(name.Value, [.. calls.Select(OpenCallContract.Of)]), ContractContext.Default.OpenCallsContract);
            return;
        }

        foreach (var call in calls)
        {
            OpenCallText.PrintLine(session.Out, call);
        }

        if (calls.Count == 0)
        {
            session.Out.Line("No call is open.");
        }
        else if (calls.Any(c => c.IsUnknown))
        {
            session.Out.Line(
                "The caller of an unknown call is gone, and the call may have had its effect. Find out; then 'ledger calls answer' records its result, and "
                + "'ledger calls release' allows it to be made again.");
        }
    }
}
