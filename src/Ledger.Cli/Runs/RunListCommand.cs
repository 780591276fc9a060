using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run list</c></summary>
internal sealed class RunListCommand : LedgerCommand
{
    public RunListCommand()
        : base("list", "Lists the runs, sorted by id, with the number of their events and the time of the last one.")
    {
        Add(CommonOptions.Stats);
        Examples = ["ledger run list", "ledger run list --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var runs = connection.Ledger.WithStatistics(session.NewRead()).ListRunsAsync(cancellationToken);
        await (session.Json ? session.Out.JsonArrayAsync(runs.Select(RunContract.Of), ContractContext.Default.RunContract) : PrintAsync(session.Out, runs));
    }

    private static async Task PrintAsync(Printer output, IAsyncEnumerable<StreamInfo> runs)
    {
        var any = false;
        await foreach (var run in runs)
        {
            if (!any)
            {
                output.Line($"{"EVENTS",12}  {"UPDATED",-20}  RUN", Tone.Faint);
                any = true;
            }

            output.Add($"{run.Version.Value,12:N0}  ").Add($"{Printable.Time(run.UpdatedAt)}  ", Tone.Faint).Add(run.Name.Id, Tone.Name);
            output.Add(run.State is StreamState.Archived ? "  archived" : "", Tone.Faint).EndLine();
        }

        if (!any)
        {
            output.Line("There are no runs yet. 'ledger run start' creates one.");
        }
    }
}
