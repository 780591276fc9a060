using Ledger.Cli.Connections;

namespace Ledger.Cli.Local;

/// <summary><c>ledger db stop</c></summary>
internal sealed class DbStopCommand : LedgerCommand
{
    public DbStopCommand()
        : base("stop", "Stops your private server; the data stays. Stopping a stopped server has no effect.") =>
        Examples = ["ledger db stop"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var cluster = await ServerAddress.OpenOnlyPrivateAsync(session, cancellationToken);
        await session.Progress.RunAsync("Stopping the private PostgreSQL", () => cluster.StopAsync(cancellationToken));
        ClusterText.Print(session, await cluster.GetStatusAsync(cancellationToken));
    }
}
