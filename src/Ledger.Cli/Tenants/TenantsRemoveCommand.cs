using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants remove</c></summary>
internal sealed class TenantsRemoveCommand : LedgerCommand
{
    private readonly Argument<string> _name = TenantArguments.Name();

    public TenantsRemoveCommand()
        : base("remove", "Switches a tenant off. Its log is left as it is.")
    {
        Add(_name);
        Examples = ["ledger tenants remove acme"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await using var _ = conjoined;
            await RemoveAsync(session, conjoined, cancellationToken);
            return;
        }

        var name = session.Get(_name);
        if (await PoolTables.OpenAsync(session, cancellationToken) is { } pooled)
        {
            await using var _ = pooled;
            var assigned = await pooled.Pool.FindAsync(name, cancellationToken) ?? throw PoolTables.Missing(name);
            await pooled.Pool.DisableAsync(name, cancellationToken);
            Print(session, assigned, $"The tenant '{name}' is switched off. Its log stays at '{assigned.Place}'.");
            return;
        }

        await using var table = await MasterTable.OpenAsync(session, isMade: false, cancellationToken);
        var tenant = await table.Tenants.FindAsync(name, cancellationToken) ?? throw await table.MissingAsync(name, cancellationToken);
        await table.Tenants.DisableAsync(name, cancellationToken);
        Print(session, tenant, $"The tenant '{name}' is switched off. Its database '{tenant.Place}' is as it was.");
    }

    private async Task RemoveAsync(Session session, ConjoinedTenants tenants, CancellationToken cancellationToken)
    {
        var name = session.Get(_name);
        var tenant = await tenants.FindAsync(name, cancellationToken) ?? throw ConjoinedSchema.Missing(name);
        await tenants.DisableAsync(name, cancellationToken);
        Print(session, tenant, $"The tenant '{name}' is switched off. Its log stays in the schema '{session.Options.LedgerSchema}'.");
    }

    private static void Print(Session session, TenantDatabase tenant, string sentence)
    {
        if (session.Json)
        {
            session.Out.Json(TenantContract.Of(tenant), ContractContext.Default.TenantContract);
        }
        else
        {
            session.Out.Line(sentence);
        }
    }
}
