using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants add</c></summary>
internal sealed class TenantsAddCommand : LedgerCommand
{
    private readonly Argument<string> _name = TenantArguments.Name();
    private readonly Argument<string?> _database = TenantArguments.OptionalDatabase();
    private readonly Option<bool> _takesLog = new("--take-log") { Description = "Make the log that the database already has that of the tenant. Without it one with events is refused." };

    public TenantsAddCommand()
        : base("add", "Adds a tenant: with a database of its own, which is migrated, to a schema with the logs of many, or to a database of a pool, the one with the fewest tenants. The table of databases is that of Marten, and is made if it is missing.")
    {
        Add(_name);
        Add(_database);
        Add(_takesLog);
        Examples = ["ledger tenants add acme \"Host=db2;Database=acme\"", "ledger tenants add acme"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await using var _ = conjoined;
            await AddAsync(session, conjoined, cancellationToken);
            return;
        }

        await using var pooled = await PoolTables.OpenAsync(session, cancellationToken);
        if (session.Get(_database) is not { } database)
        {
            if (pooled is not null)
            {
                var assigned = await pooled.Pool.AddAsync(session.Get(_name), cancellationToken);
                Print(session, assigned, $"The tenant '{assigned.Tenant}' is at '{assigned.Place}'.");
                return;
            }

            throw new UsageException($"DATABASE is missing: the schema '{session.Options.LedgerSchema}' does not have the logs of many tenants. 'ledger migrate apply --tenancy conjoined' makes one that has.");
        }

        if (pooled is not null)
        {
            throw new UsageException("DATABASE is for a tenant with a database of its own, but tenants are in a pool of databases here. Leave it out, or add one to the pool by 'ledger tenants add-database'.");
        }

        var tenant = new TenantDatabase(session.Get(_name), ServerAddress.CheckKept("DATABASE", database));
        await using var table = await MasterTable.OpenAsync(session, isMade: true, cancellationToken);
        if (await table.Tenants.FindAsync(tenant.Tenant, cancellationToken) is { } known && known.Place != tenant.Place)
        {
            throw new RefusalException($"The tenant '{tenant.Tenant}' has the database '{known.Place}'. 'ledger tenants move' takes its log to another.");
        }

        await using var ledgers = table.LedgersOf(session);
        await session.Progress.RunAsync("Migrating its database", () => ledgers.AddAsync(tenant, session.Get(_takesLog) ? ExistingLog.Taken : ExistingLog.Refused, cancellationToken));
        Print(session, tenant, $"The tenant '{tenant.Tenant}' has the database '{tenant.Place}'.");
    }

    private async Task AddAsync(Session session, ConjoinedTenants tenants, CancellationToken cancellationToken)
    {
        if (session.Get(_database) is not null || session.Get(_takesLog))
        {
            throw new UsageException($"The schema '{session.Options.LedgerSchema}' has the logs of many tenants, of which this is one: leave out DATABASE and '--take-log'.");
        }

        var tenant = await tenants.AddAsync(session.Get(_name), cancellationToken);
        Print(session, tenant, $"The tenant '{tenant.Tenant}' has a log in the schema '{session.Options.LedgerSchema}'.");
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
