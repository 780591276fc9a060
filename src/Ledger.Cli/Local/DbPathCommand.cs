using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Local;

/// <summary><c>ledger db path</c></summary>
internal sealed class DbPathCommand : LedgerCommand
{
    public DbPathCommand()
        : base("path", "Prints the data folder of your private server. Nothing is created or started.") =>
        Examples = ["ledger db path", "du -sh \"$(ledger db path)\""];

    public override bool NeedsNoProfile => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var cluster = await ServerAddress.OpenOnlyPrivateAsync(session, cancellationToken);
        if (!session.Json)
        {
            session.Out.Line(cluster.DataFolder);
            return;
        }

        session.Out.Json(new DataFolderContract(cluster.DataFolder), ContractContext.Default.DataFolderContract);
    }
}
