using Ledger.Cli.Calls;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger recover</c></summary>
internal sealed class RecoverCommand : LedgerCommand
{
    public RecoverCommand()
        : base("recover", "Lists the tasks in progress, and the calls of tasks and runs that have not ended, the oldest first, to be resumed or settled after a crash.") =>
        Examples = ["ledger recover", "ledger recover --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var recovery = await connection.Tasks.RecoverAsync(cancellationToken);
        await session.Progress.RunAsync("Reading new events", () => connection.Ledger.Summaries.CatchUpAsync(null, cancellationToken));
        var runCalls = await connection.Ledger.ListOpenCallsAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json(RecoveryContract.Of(recovery, runCalls), ContractContext.Default.RecoveryContract);
            return;
        }

        session.Out.Line($"{Printable.Count(recovery.Tasks.Count, "task")} in progress");
        foreach (var (task, lease) in recovery.Tasks)
        {
            TaskText.PrintLine(session.Out, task, 1);
            if (lease is not null)
            {
                session.Out.Line($"    held by {lease.Runner} until {Printable.Time(lease.ExpiresAt)}", Tone.Faint);
            }
        }

        session.Out.Line($"{Printable.Count(recovery.Calls.Count, "call")} pending or in progress");
        foreach (var (call, message) in recovery.Calls)
        {
            TaskText.PrintLine(session.Out, call);
            session.Out.Add("    from: ", Tone.Faint).AddRest(message.Content, Tone.Faint).EndLine();
        }

        session.Out.Line($"{Printable.Count(runCalls.Count, "call")} of runs begun and not ended");
        foreach (var (stream, call) in runCalls)
        {
            session.Out.Add($"{stream}  ");
            OpenCallText.PrintLine(session.Out, call);
        }
    }
}
