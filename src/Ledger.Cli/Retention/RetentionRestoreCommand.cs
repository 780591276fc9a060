using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Seals;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Retention;

/// <summary><c>ledger retention restore</c></summary>
internal sealed class RetentionRestoreCommand : LedgerCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The archive of a stream." };

    public RetentionRestoreCommand()
        : base("restore", "Restores a stream from its archive: every row as it was, with its number and its place in the seal.")
    {
        Add(_file);
        Examples = ["ledger retention restore /srv/archive/run-first.1.3f7a2b10.jsonl.gz"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var file = SealFiles.Open(session.Get(_file));
        await using var connection = await session.ConnectAsync(cancellationToken);
        var restored = await session.Progress.RunAsync("Restoring", () => connection.Retention.RestoreAsync(file, null, cancellationToken));
        if (session.Json)
        {
            session.Out.Json(RestoredStreamContract.Of(restored), ContractContext.Default.RestoredStreamContract);
            return;
        }

        session.Out.Line($"{Printable.Count(restored.Events, "event")} of '{restored.Stream}' restored; it has {Printable.Number(restored.Version)} again.");
    }
}
