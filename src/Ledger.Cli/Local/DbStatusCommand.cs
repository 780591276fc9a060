using Ledger.Cli.Connections;

namespace Ledger.Cli.Local;

/// <summary><c>ledger db status</c></summary>
internal sealed class DbStatusCommand : LedgerCommand
{
    public DbStatusCommand()
        : base("status", "Shows whether your private server runs, and how to connect to it. Nothing is started.") =>
        Examples = ["ledger db status", "ledger db status --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var cluster = await ServerAddress.OpenOnlyPrivateAsync(session, cancellationToken);
        ClusterText.Print(session, await cluster.GetStatusAsync(cancellationToken));
    }
}
