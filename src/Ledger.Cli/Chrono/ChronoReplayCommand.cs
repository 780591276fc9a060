using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono replay</c></summary>
internal sealed class ChronoReplayCommand : ChronoCommand
{
    private readonly Option<Position?> _from = Positions.Option("--from-seq", "The first seq to list. Default: all events.", "SEQ");

    public ChronoReplayCommand()
        : base("replay", "Lists the events of a store in order.")
    {
        Add(_from);
        Examples = ["ledger chrono replay demo", "ledger chrono replay demo --from-seq 10 --json"];
    }

    public override bool ListsRows => true;

    protected override Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken) =>
        ChronoText.ShowAsync(session, store.ReplayAsync(session.Get(_from)?.Value ?? 0, cancellationToken), cancellationToken);
}
