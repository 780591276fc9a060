using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Files;

namespace Ledger.Cli.Files;

/// <summary><c>ledger export</c></summary>
internal sealed class ExportCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");

    public ExportCommand()
        : base("export", "Prints a history as an event file, one JSON object per line, a branch with its prefix; 'ledger import kando' restores the same history.")
    {
        Add(_id);
        Add(CommonOptions.Stats);
        Examples = ["ledger export first > first.jsonl", "ledger export branch:second > second.jsonl"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        await session.Out.JsonLinesAsync(EventExport.ReadLinesAsync(run.WithStatistics(session.NewRead()), cancellationToken));
    }
}
