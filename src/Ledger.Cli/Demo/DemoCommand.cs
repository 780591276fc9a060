using System.CommandLine;
using Ledger.Cli.Demo.Files;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Streams;

namespace Ledger.Cli.Demo;

/// <summary><c>ledger demo [FOLDER]</c></summary>
internal sealed class DemoCommand : LedgerCommand
{
    private readonly Argument<string> _folder = new("FOLDER")
    {
        Description = "The folder to look at; the current one unless given. Nothing in it is changed.",
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<string?> _id = new("--id") { Description = "The run's id; a new one unless given.", HelpName = "ID" };

    public DemoCommand()
        : base("demo", "Lets a small agent look at the files of a folder, records its run, forks it, and shows what differs.")
    {
        Add(_folder);
        Add(_id);
        Examples = ["ledger demo", "ledger demo ~/project --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var options = new DemoOptions();
        options = options with { RunId = StreamIds.NewId("run", session.Get(_id)) ?? options.RunId };
        StreamIds.Parse($"branch:{options.BranchId}");
        var listing = FolderListing.List(session.Get(_folder), options.Limits, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        try
        {
            var result = await session.Progress.RunAsync(
                "Reading the folder",
                listing.Files.Count,
                progress => DemoRun.RunAsync(connection.Ledger, listing, options, progress, cancellationToken));
            Print(session, result);
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw new RefusalException(
                $"Run '{options.RunId}' exists already and has {Printable.Count(conflict.Actual.Value, "event")}. Nothing was written; choose another id.");
        }
    }

    private static void Print(Session session, DemoResult result)
    {
        var next = result.Next(ProgramName.OfProcess(), SameLog(session));
        if (session.Json)
        {
            session.Out.Json(writer => DemoJson.Write(writer, result, next));
        }
        else
        {
            new DemoReport(session.Out).Write(result, next);
        }
    }

    // A connection string may hold a password, and is not repeated.
    private static string SameLog(Session session) =>
        (session.Get(CommonOptions.Connection) is null ? "" : " --connection …")
        + (session.Get(CommonOptions.Schema) is { } schema ? $" --schema {schema}" : "");
}
