using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono history</c></summary>
internal sealed class ChronoHistoryCommand : ChronoCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("The record's id.");

    public ChronoHistoryCommand()
        : base("history", "Lists the events of a record, including those that a compaction moved to the archive.")
    {
        Add(_id);
        Examples = ["ledger chrono history demo R-1"];
    }

    public override bool ListsRows => true;

    protected override Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken) =>
        ChronoText.ShowAsync(session, store.HistoryAsync(session.Get(_id), cancellationToken), cancellationToken);
}
