using System.CommandLine;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger worlds index</c></summary>
internal sealed class WorldsIndexCommand : LedgerCommand
{
    private readonly Option<bool> _drop = new("--drop") { Description = "Drop the index instead." };

    public WorldsIndexCommand()
        : base("index", "Creates an index on the data of objects, for 'ledger world --contains'. Patches cost more with it.")
    {
        Add(_drop);
        Examples = ["ledger worlds index", "ledger worlds index --drop"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var drops = session.Get(_drop);
        await session.Progress.RunAsync(
            "Indexing the objects",
            () => drops ? connection.Store.UnindexWorldsAsync(cancellationToken) : connection.Store.IndexWorldsAsync(cancellationToken));
        if (session.Json)
        {
            session.Out.Json(new WorldIndexContract(!drops), ContractContext.Default.WorldIndexContract);
        }
        else
        {
            session.Out.Line(drops ? "The data of objects is not indexed." : "The data of objects is indexed.");
        }
    }
}
