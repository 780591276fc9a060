using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger worlds rebuild</c></summary>
internal sealed class WorldsRebuildCommand : LedgerCommand
{
    private readonly Argument<string?> _id = StreamArgument.CreateOptional("Only this run or branch, for the events of its own stream.");

    public WorldsRebuildCommand()
        : base("rebuild", "Makes the rows of worlds anew from the log; appends that write rows wait until it is done.")
    {
        Add(_id);
        Examples = ["ledger worlds rebuild", "ledger worlds rebuild first"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var streams = session.Get(_id) is { } id
            ? await connection.Store.RebuildWorldAsync(await StreamIds.FindAsync(connection.Store, id, cancellationToken), cancellationToken)
            : await session.Progress.RunAsync("Making the rows anew", null, _ => connection.Store.RebuildWorldsAsync(cancellationToken));
        if (session.Json)
        {
            session.Out.Json(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("streams", streams);
                writer.WriteEndObject();
            });
        }
        else
        {
            session.Out.Line($"The rows of {Printable.Count(streams, "stream")} were made anew from the log.");
        }
    }
}
