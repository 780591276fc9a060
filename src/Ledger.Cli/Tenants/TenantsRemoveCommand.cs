using System.CommandLine;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants remove</c></summary>
internal sealed class TenantsRemoveCommand : LedgerCommand
{
    private readonly Argument<string> _name = TenantArguments.Name();

    public TenantsRemoveCommand()
        : base("remove", "Switches a tenant off. Its database is left as it is.")
    {
        Add(_name);
        Examples = ["ledger tenants remove acme"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var table = await MasterTable.OpenAsync(session, isMade: false, cancellationToken);
        var name = session.Get(_name);
        var tenant = await table.Tenants.FindAsync(name, cancellationToken) ?? throw await table.MissingAsync(name, cancellationToken);
        await table.Tenants.DisableAsync(name, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(TenantContract.Of(tenant), ContractContext.Default.TenantContract);
        }
        else
        {
            session.Out.Line($"The tenant '{name}' is switched off. Its database '{tenant.Place}' is as it was.");
        }
    }
}
