using Ledger.Cli.Connections;

namespace Ledger.Cli.Local;

/// <summary><c>ledger db start</c></summary>
internal sealed class DbStartCommand : LedgerCommand
{
    public DbStartCommand()
        : base("start", "Starts your private server, and creates it the first time. Commands do this themselves when they need it.") =>
        Examples = ["ledger db start", "ledger db start --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var cluster = await ServerAddress.OpenOnlyPrivateAsync(session, cancellationToken);
        await session.Progress.RunAsync("Starting the private PostgreSQL", () => cluster.StartAsync(cancellationToken));
        ClusterText.Print(session, await cluster.GetStatusAsync(cancellationToken));
    }
}
