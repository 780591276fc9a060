using System.CommandLine;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger worlds index</c></summary>
internal sealed class WorldsIndexCommand : LedgerCommand
{
    private readonly Option<bool> _drop = new("--drop") { Description = "Drop the index instead." };

    public WorldsIndexCommand()
        : base("index", "Makes an index of the objects by their data, for 'ledger world --contains'. A patch costs more with it.")
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
            session.Out.Json(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("indexed", !drops);
                writer.WriteEndObject();
            });
        }
        else
        {
            session.Out.Line(drops ? "There is no index of the objects by their data." : "The objects are indexed by their data.");
        }
    }
}
