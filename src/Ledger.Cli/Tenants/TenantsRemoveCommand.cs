using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants remove</c></summary>
internal sealed class TenantsRemoveCommand : LedgerCommand
{
    private readonly Argument<string> _name = TenantArguments.Name();
    private readonly Option<string?> _deleteLog = new("--delete-log")
    {
        Description = "Then delete its log for good, from a schema with the logs of many: the same database as a superuser. Also of one that was switched off before.",
        HelpName = "STRING",
    };

    public TenantsRemoveCommand()
        : base("remove", "Switches a tenant off. Its log is left as it is, unless --delete-log is given.")
    {
        Add(_name);
        Add(_deleteLog);
        Examples = ["ledger tenants remove acme", "ledger tenants remove acme --delete-log \"Host=db;Database=app;Username=postgres\""];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await using var _ = conjoined;
            await RemoveAsync(session, conjoined, cancellationToken);
            return;
        }

        if (session.Get(_deleteLog) is not null)
        {
            throw new UsageException("--delete-log is for a schema with the logs of many tenants. Drop the database of this one, or name that of the schema.");
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
        if (session.Get(_deleteLog) is { } given)
        {
            await DeleteAsync(session, tenants, name, ServerAddress.Check("--delete-log", given), cancellationToken);
            return;
        }

        var tenant = await tenants.FindAsync(name, cancellationToken) ?? throw ConjoinedSchema.Missing(name);
        await tenants.DisableAsync(name, cancellationToken);
        Print(session, tenant, $"The tenant '{name}' is switched off. Its log stays in the schema '{session.Options.LedgerSchema}'.");
    }

    private static async Task DeleteAsync(Session session, ConjoinedTenants tenants, string name, string administrator, CancellationToken cancellationToken)
    {
        await tenants.DisableAsync(name, cancellationToken);
        try
        {
            var rows = await session.Progress.RunAsync("Deleting its log", () => tenants.DeleteAsync(name, administrator, cancellationToken));
            if (session.Json)
            {
                session.Out.Json(new DeletedTenantContract(name, rows), ContractContext.Default.DeletedTenantContract);
            }
            else
            {
                session.Out.Line($"The tenant '{name}' is deleted: {Printable.Count(rows, "row")}.");
            }
        }
        catch (TenantNotFoundException)
        {
            throw ConjoinedSchema.Missing(name);
        }
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
