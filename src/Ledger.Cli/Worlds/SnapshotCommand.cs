using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger snapshot</c></summary>
internal sealed class SnapshotCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");

    public SnapshotCommand()
        : base("snapshot", "Saves a snapshot of the world at the end of a run or branch, so that later reads fold only the events after it.")
    {
        Add(_id);
        Add(CommonOptions.Stats);
        Examples = ["ledger snapshot first", "ledger world first --stats"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        var stream = run.StreamName;
        var length = await run.GetLengthAsync(cancellationToken);
        var snapshot = await session.Progress.RunAsync(
            $"Reading {stream}", length.Value, progress => run.WithStatistics(session.NewRead(progress)).SaveSnapshotAsync(cancellationToken));
        if (session.Json)
        {
            session.Out.Json(SnapshotContract.Of(snapshot), ContractContext.Default.SnapshotContract);
        }
        else
        {
            session.Out.Line($"Saved a snapshot of {stream} at position {snapshot.Position}: "
                + $"{Printable.Count(snapshot.World.Objects.Count, "object")}, {Printable.Count(snapshot.World.Relations.Count, "relation")}.");
            FaultText.Print(session.Out, snapshot.World.Faults, stream);
        }
    }
}
