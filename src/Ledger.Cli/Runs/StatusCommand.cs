using System.CommandLine;
using Ledger.Cli.Calls;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger status</c></summary>
internal sealed class StatusCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name; ID@N: as it was after its first N events.");

    public StatusCommand()
        : base("status", "Shows how a run or branch is doing, its length, age and origin, and what its calls cost and saved.")
    {
        Add(_id);
        Add(CommonOptions.Stats);
        Examples = ["ledger status first", "ledger status first@40", "ledger status branch:second --json"];
    }

    public override bool OnlyReads => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var named = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        var name = named.Run.StreamName;
        var stream = await connection.Store.GetStreamAsync(name, cancellationToken) ?? throw new StreamNotFoundException(name);
        var branch = name.Value.StartsWith("branch:", StringComparison.Ordinal) ? await connection.Store.GetBranchAsync(name, cancellationToken) : null;
        var length = named.At ?? named.Run.History.LengthAt(stream.Version);
        var reading = (await Histories.PartOfAsync(named, cancellationToken)).WithStatistics(session.NewRead());
        var summary = await session.Progress.RunAsync($"Reading {name}", () => reading.GetSummaryAsync(cancellationToken));
        if (named.At is not null)
        {
            stream = stream with { Version = summary?.Version ?? StreamVersion.Empty, UpdatedAt = summary?.UpdatedAt ?? stream.CreatedAt };
        }

        if (session.Json)
        {
            session.Out.Json(RunContract.Of(stream, length, branch).With(summary), ContractContext.Default.RunContract);
            return;
        }

        Print(session.Out, reading.StreamName, stream, length, branch);
        if (summary is null)
        {
            return;
        }

        RunText.Print(session.Out, summary);
        UsageText.Print(session.Out, summary.Usage);
        foreach (var call in summary.OpenCalls)
        {
            session.Out.Add("Open call : ");
            OpenCallText.PrintLine(session.Out, call);
        }
    }

    private static void Print(Printer output, StreamName name, StreamInfo stream, Position length, BranchInfo? branch)
    {
        output.Fact("Stream", name.Value, Tone.Name);
        output.Fact("Length", Printable.Count(length.Value, "event"));
        output.Fact("State", StateOf(stream));
        output.Fact("Created", Printable.Time(stream.CreatedAt));
        output.Fact("Updated", Printable.Time(stream.UpdatedAt));
        if (branch is null)
        {
            return;
        }

        output.Fact("Parent", branch.Parent.Value);
        output.Fact("Root", branch.Root.Value);
        output.Fact("Fork at", $"{branch.ForkPosition} (own events: {stream.Version})");
        if (branch.Name is { } label)
        {
            output.Fact("Name", label);
        }
    }

    private static string StateOf(StreamInfo stream) => stream.State is StreamState.Archived ? "archived" : "open";
}
