using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants add-database</c></summary>
internal sealed class TenantsAddDatabaseCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Its name in the pool." };
    private readonly Argument<string> _database = TenantArguments.Database();
    private readonly Option<bool> _full = new("--full") { Description = "Let it take no more tenants; those that it has stay." };

    public TenantsAddDatabaseCommand()
        : base("add-database", "Adds a database to the pool in which new tenants come into the one with the fewest, and migrates it. The tables of the pool are those of Marten, and are made if they are missing. Again, it changes what is given.")
    {
        Add(_name);
        Add(_database);
        Add(_full);
        Examples = ["ledger tenants add-database a \"Host=db1;Database=a;Username=app\"", "ledger tenants add-database a \"Host=db1;Database=a;Username=app\" --full"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (name, database) = (session.Get(_name), ServerAddress.CheckKept("DATABASE", session.Get(_database)));
        await using var tables = await PoolTables.MakeAsync(session, cancellationToken);
        await session.Progress.RunAsync("Migrating the database", () => tables.Pool.AddDatabaseAsync(name, database, cancellationToken));
        await (session.Get(_full) ? tables.Pool.FillDatabaseAsync(name, cancellationToken) : tables.Pool.OpenDatabaseAsync(name, cancellationToken));
        var added = (await tables.Pool.ListDatabasesAsync(cancellationToken)).Single(known => known.Name == name);
        if (session.Json)
        {
            session.Out.Json(PooledDatabaseContract.Of(added), ContractContext.Default.PooledDatabaseContract);
        }
        else
        {
            session.Out.Line($"The pool has the database '{name}' at '{added.Place}'{(added.IsFull ? ", which takes no more tenants" : "")}.");
        }
    }
}
