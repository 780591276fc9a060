using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants databases</c></summary>
internal sealed class TenantsDatabasesCommand : LedgerCommand
{
    public TenantsDatabasesCommand()
        : base("databases", "Lists the databases of a pool, which have many tenants each.") => Examples = ["ledger tenants databases"];

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var tables = await PoolTables.NeedAsync(session, cancellationToken);
        var databases = await tables.Pool.ListDatabasesAsync(cancellationToken);
        if (await session.ListAsync(databases.Select(PooledDatabaseContract.Of), ContractContext.Default.PooledDatabaseContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json([.. databases.Select(PooledDatabaseContract.Of)], ContractContext.Default.IReadOnlyListPooledDatabaseContract);
            return;
        }

        foreach (var database in databases)
        {
            session.Out.Add(database.Name, Tone.Name).Add($"  {database.Place}  {Printable.Count(database.Tenants, "tenant")}{(database.IsFull ? ", full" : "")}").EndLine();
        }
    }
}
