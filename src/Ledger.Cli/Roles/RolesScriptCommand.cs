using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Roles;

/// <summary><c>ledger roles script</c></summary>
internal sealed class RolesScriptCommand : LedgerCommand
{
    private readonly RoleOptions _options;

    public RolesScriptCommand()
        : base("script", "Prints what 'roles create' runs as one script for psql. Needs no server.")
    {
        _options = new RoleOptions(this);
        Examples = ["ledger roles script > roles.sql"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = LedgerConnection.Unconnected(session);
        var script = _options.Nowhere(connection, session).Script();
        if (!session.Json)
        {
            await session.Out.Text.WriteAsync(script);
            return;
        }

        session.Out.Json(new ScriptContract(script), ContractContext.Default.ScriptContract);
    }
}
