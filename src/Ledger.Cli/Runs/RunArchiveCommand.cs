using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Log;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run archive</c></summary>
internal sealed class RunArchiveCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");

    public RunArchiveCommand()
        : base("archive", "Makes a run or branch read-only, for good. It is still read, compared and forked, and its branches stay open.")
    {
        Add(_id);
        Examples = ["ledger run archive first"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        await connection.Store.ArchiveAsync(run.StreamName, cancellationToken);
        var stream = await connection.Store.GetStreamAsync(run.StreamName, cancellationToken) ?? throw new StreamNotFoundException(run.StreamName);
        RunAnswer.Print(session, stream, await run.GetSummaryAsync(cancellationToken));
    }
}
