using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run start</c></summary>
internal sealed class RunStartCommand : LedgerCommand
{
    private readonly Option<string?> _id = new("--id") { Description = "The run's id. Default: a new UUID.", HelpName = "ID" };

    public RunStartCommand()
        : base("start", "Creates a run without events. Repeating it before the first event has no effect.")
    {
        Add(_id);
        Examples = ["ledger run start", "ledger run start --id nightly-42"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = StreamIds.NewId("run", session.Get(_id));
        await using var connection = await session.ConnectAsync(cancellationToken);
        try
        {
            var run = await connection.Ledger.StartRunAsync(id, cancellationToken);
            if (session.Json)
            {
                var stream = await connection.Store.GetStreamAsync(run.StreamName, cancellationToken) ?? throw new StreamNotFoundException(run.StreamName);
                session.Out.Json(RunContract.Of(stream), ContractContext.Default.RunContract);
            }
            else
            {
                session.Out.Fact("Run ID", run.StreamName.Id, Output.Tone.Name);
            }
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw new RefusalException(
                $"Run '{id}' exists already and has {Output.Printable.Count(conflict.Actual.Value, "event")}. Nothing was written; choose another id.", FailureCodes.Exists);
        }
    }
}
