using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Cli.Demo;

/// <summary><c>ledger demo</c></summary>
internal sealed class DemoCommand : LedgerCommand
{
    private readonly Option<string?> _id = new("--id") { Description = "The run's id. Default: a new one, such as demo-1a2b3c4d.", HelpName = "ID" };

    public DemoCommand()
        : base("demo", "Records a small agent that blames the wrong change, forks its run before the mistake, and shows the differences.")
    {
        Add(_id);
        Examples = ["ledger demo", "ledger demo --id first-demo --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        // Short enough to be typed.
        var id = StreamIds.NewId("run", session.Get(_id)) ?? $"demo-{Guid.NewGuid().ToString("N")[..8]}";
        StreamIds.Parse($"branch:{DemoStory.BranchOf(id)}");
        await using var connection = await session.ConnectAsync(cancellationToken);
        try
        {
            Print(session, await DemoStory.TellAsync(connection.Ledger, id, cancellationToken));
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw new RefusalException(
                $"Run '{id}' exists already and has {Printable.Count(conflict.Actual.Value, "event")}. Nothing was written; choose another id.");
        }
    }

    private static void Print(Session session, DemoResult result)
    {
        var next = result.Next(ProgramName.OfProcess(), SameLog(session));
        if (session.Json)
        {
            session.Out.Json(DemoJson.Of(result, next), ContractContext.Default.DemoContract);
        }
        else
        {
            new DemoReport(session.Out).Write(result, next);
        }
    }

    // A connection string may hold a password, so it is not repeated.
    private static string SameLog(Session session) =>
        (session.Get(CommonOptions.Connection) is null ? "" : " --connection …")
        + (session.Get(CommonOptions.Profile) is { } profile ? $" --profile {profile}" : "")
        + (session.Get(CommonOptions.Schema) is { } schema ? $" --schema {schema}" : "");
}
