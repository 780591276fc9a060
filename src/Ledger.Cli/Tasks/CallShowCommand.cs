using System.CommandLine;
using Ledger.Cli.Events;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger call show</c></summary>
internal sealed class CallShowCommand : LedgerCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "The id of the call." };

    public CallShowCommand()
        : base("show", "Shows a call, its task, and the events that belong to it in the run that the task works in.")
    {
        Add(_id);
        Examples = ["ledger call show c1", "ledger call show c1 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var id = session.Get(_id);
        var call = await connection.Tasks.FindCallAsync(id, cancellationToken)
            ?? throw new RefusalException($"There is no call '{id}'. 'ledger call list --task ID' shows those of a task.", FailureCodes.NotFound);
        var task = (await connection.Tasks.FindTaskAsync(call.TaskId, cancellationToken))!;
        var events = await connection.Tasks.ReadCallEventsAsync(id, cancellationToken).ToListAsync(cancellationToken);
        if (session.Json)
        {
            var answer = new CallDetailsContract(CallContract.Of(call), TaskContract.Of(task), [.. events.Select(EventContract.Of)]);
            session.Out.Json(answer, ContractContext.Default.CallDetailsContract);
            return;
        }

        TaskText.PrintLine(session.Out, call);
        TaskText.PrintLine(session.Out, task, 1);
        session.Out.Line($"{Printable.Count(events.Count, "event")} in {task.Run?.Value ?? "no run"}", Tone.Faint);
        foreach (var recorded in events)
        {
            EventText.Print(session.Out, recorded, EventText.DigitsOf(Position.Start));
        }
    }
}
