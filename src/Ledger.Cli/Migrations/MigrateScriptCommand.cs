using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate script</c></summary>
internal sealed class MigrateScriptCommand : LedgerCommand
{
    public MigrateScriptCommand()
        : base("script", "Prints all migrations and functions as one script for psql, which applies what a database lacks. No server is contacted.") =>
        Examples = ["ledger migrate script > ledger.sql", "ledger migrate script --schema agents | psql app"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = LedgerConnection.Unconnected(session);
        var script = connection.Migrator.Script();
        if (!session.Json)
        {
            await session.Out.Text.WriteAsync(script);
            return;
        }

        session.Out.Json(new ScriptContract(script), ContractContext.Default.ScriptContract);
    }
}
