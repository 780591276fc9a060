using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono delete</c></summary>
internal sealed class ChronoDeleteCommand : ChronoWriteCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("The record's id. Deleting an unknown id still writes an event, which has no effect.");

    public ChronoDeleteCommand()
        : base("delete", "Marks a record as deleted; it stays readable with the status tombstone.")
    {
        Add(_id);
        Examples = ["ledger chrono delete demo R-1"];
    }

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken) =>
        ChronoText.Show(session, await store.DeleteAsync(session.Get(_id), cancellationToken));
}
