using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants move</c></summary>
internal sealed class TenantsMoveCommand : LedgerCommand
{
    private readonly Argument<string> _name = TenantArguments.Name();
    private readonly Argument<string> _database = TenantArguments.Target();
    private readonly Option<string?> _admin = new("--admin")
    {
        Description = "The same database as a role that may set session_replication_role there, such as a superuser; it is not kept. Default: as DATABASE says.",
        HelpName = "STRING",
    };

    public TenantsMoveCommand()
        : base("move", "Takes the log of a tenant to another database, and proves that nothing is missing. Appends wait meanwhile; the former database refuses writes afterwards.")
    {
        Add(_name);
        Add(_database);
        Add(_admin);
        Examples = ["ledger tenants move acme \"Host=db3;Database=acme\""];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await using var _ = conjoined;
            await MoveOutAsync(session, conjoined, cancellationToken);
            return;
        }

        if (await PoolTables.OpenAsync(session, cancellationToken) is { } pooled)
        {
            await using var _ = pooled;
            await MoveWithinAsync(session, pooled, cancellationToken);
            return;
        }

        var (name, target) = (session.Get(_name), ServerAddress.CheckKept("DATABASE", session.Get(_database)));
        await using var table = await MasterTable.OpenAsync(session, isMade: false, cancellationToken);
        if (await table.Tenants.FindAsync(name, cancellationToken) is null)
        {
            throw await table.MissingAsync(name, cancellationToken);
        }

        var admin = session.Get(_admin) is { } given ? ServerAddress.Check("--admin", given) : null;
        await using var ledgers = table.LedgersOf(session);
        var move = await session.Progress.RunAsync("Copying and comparing", () => ledgers.MoveAsync(name, target, admin, cancellationToken));
        if (Print(session, move))
        {
            session.Out.Line($"The tenant '{name}' has the database '{move.To}' now: {Printable.Count(move.Tables.Count, "table")} are the same as in '{move.From}', which refuses writes.");
            session.Out.Line("The former database still has the events and the keys of subjects. Drop it when nothing needs it: what is forgotten later is not forgotten there.");
        }
    }

    private async Task MoveOutAsync(Session session, ConjoinedTenants conjoined, CancellationToken cancellationToken)
    {
        var (name, target) = (session.Get(_name), ServerAddress.CheckKept("DATABASE", session.Get(_database)));
        if (await conjoined.FindAsync(name, cancellationToken) is null)
        {
            throw ConjoinedSchema.Missing(name);
        }

        var admin = session.Get(_admin) is { } given ? ServerAddress.Check("--admin", given) : null;
        await using var ledgers = new TenantLedgers(conjoined, new TenantOptions { Ledger = session.Options }, session.Io.TimeProvider);
        var move = await session.Progress.RunAsync("Copying and comparing", () => ledgers.MoveAsync(name, target, admin, cancellationToken));
        if (Print(session, move))
        {
            session.Out.Line($"The tenant '{name}' is at '{move.To}' now: {Printable.Count(move.Tables.Count, "table")} are the same as in '{move.From}', which refuses its writes.");
            session.Out.Line($"It is switched off in the schema '{session.Options.LedgerSchema}', where its rows stay. Name its database where programs find those of tenants.");
        }
    }

    // To another database of the pool, by its name there.
    private async Task MoveWithinAsync(Session session, PoolTables pooled, CancellationToken cancellationToken)
    {
        var (name, database) = (session.Get(_name), session.Get(_database));
        if (await pooled.Pool.FindAsync(name, cancellationToken) is null)
        {
            throw PoolTables.Missing(name);
        }

        var target = await pooled.Pool.FindPlaceAsync(name, database, cancellationToken) ?? throw PoolTables.MissingDatabase(database);
        var admin = session.Get(_admin) is { } given ? ServerAddress.Check("--admin", given) : null;
        await using var ledgers = pooled.LedgersOf(session);
        var move = await session.Progress.RunAsync("Copying and comparing", () => ledgers.MoveAsync(name, target.ConnectionString, admin, cancellationToken));
        if (Print(session, move))
        {
            session.Out.Line($"The tenant '{name}' is in the database '{database}' now: {Printable.Count(move.Tables.Count, "table")} are the same as in '{move.From}', which refuses its writes. Its rows stay there.");
        }
    }

    private static bool Print(Session session, TenantMove move)
    {
        if (session.Json)
        {
            session.Out.Json(TenantMoveContract.Of(move), ContractContext.Default.TenantMoveContract);
            return false;
        }

        foreach (var copied in move.Tables.Where(copied => copied.Rows > 0))
        {
            session.Out.Add($"{Printable.Number(copied.Rows),14}  ").Add(copied.Table, Tone.Name).Add($"  {copied.Hash}", Tone.Faint).EndLine();
        }

        return true;
    }
}
