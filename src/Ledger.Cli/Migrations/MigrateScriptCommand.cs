using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate script</c></summary>
internal sealed class MigrateScriptCommand : LedgerCommand
{
    private readonly Option<string?> _tenancy = TenancyOption.Create(
        "Whose log the schema has or gets: single, or conjoined for the logs of many tenants, which row-level security keeps apart. The script stops at a log of the other kind. Default: single.");

    public MigrateScriptCommand()
        : base("script", "Prints all migrations and functions as one script for psql, which applies what a database lacks. No server is contacted.")
    {
        Add(_tenancy);
        Examples =
        [
            "ledger migrate script > ledger.sql",
            "ledger migrate script --schema agents | psql app",
            "ledger migrate script --tenancy conjoined | psql \"host=db dbname=app user=app\"",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        _tenancy.Apply(session);
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
