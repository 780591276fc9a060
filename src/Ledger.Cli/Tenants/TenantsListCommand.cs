using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants list</c></summary>
internal sealed class TenantsListCommand : LedgerCommand
{
    public TenantsListCommand()
        : base("list", "Lists the tenants and where their logs are.") => Examples = ["ledger tenants list", "ledger tenants list --output csv"];

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await using var _ = conjoined;
            await PrintAsync(session, await conjoined.ListAsync(cancellationToken), cancellationToken);
            return;
        }

        if (await PoolTables.OpenAsync(session, cancellationToken) is { } pooled)
        {
            await using var _ = pooled;
            await PrintAsync(session, await pooled.Pool.ListAsync(cancellationToken), cancellationToken);
            return;
        }

        await using var table = await MasterTable.OpenAsync(session, isMade: false, cancellationToken);
        var tenants = await table.Tenants.ListAsync(cancellationToken);
        foreach (var (tenant, fault) in await table.Tenants.FindFaultsAsync(cancellationToken))
        {
            await session.Io.Error.WriteLineAsync($"ledger: The row of tenant '{Output.Printable.Of(tenant)}' is left out. {fault}");
        }

        await PrintAsync(session, tenants, cancellationToken);
    }

    private static async Task PrintAsync(Session session, IReadOnlyList<TenantDatabase> tenants, CancellationToken cancellationToken)
    {
        if (await session.ListAsync(tenants.Select(TenantContract.Of), ContractContext.Default.TenantContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json([.. tenants.Select(TenantContract.Of)], ContractContext.Default.IReadOnlyListTenantContract);
            return;
        }

        foreach (var tenant in tenants)
        {
            session.Out.Add(tenant.Tenant, Output.Tone.Name).Add($"  {tenant.Place}").EndLine();
        }

        if (tenants.Count == 0)
        {
            session.Out.Line("There are no tenants; 'ledger tenants add' adds one.");
        }
    }
}
