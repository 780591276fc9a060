using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger world</c></summary>
internal sealed class WorldCommand : LedgerCommand
{
    private readonly Argument<string?> _id = StreamArgument.CreateOptional("A run or branch, by its id or stream name.");
    private readonly Option<Position?> _at = Positions.Option("--at", "How many events to fold; all of them unless given.");
    private readonly Option<string?> _events = new("--events")
    {
        Description = "Fold a file of events instead, without a database; '-' reads standard input.",
        HelpName = "FILE",
    };

    public WorldCommand()
        : base("world", "Shows what a history says is there: objects, and relations between them.")
    {
        Add(_id);
        Add(_at);
        Add(_events);
        Add(CommonOptions.Stats);
        Examples = ["ledger world first", "ledger world branch:second --at 10 --json", "ledger world --events events.jsonl"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        switch (session.Get(_id), session.Get(_events))
        {
            case ({ } id, null):
                await using (var connection = await session.ConnectAsync(cancellationToken))
                {
                    var (stream, world) = await Folding.OfStreamAsync(session, connection, id, session.Get(_at), cancellationToken);
                    Print(session, stream.Value, world);
                }

                return;
            case (null, { } path):
                Print(session, path == "-" ? "standard input" : path, await Folding.OfFileAsync(session, path, session.Get(_at), cancellationToken));
                return;
            default:
                throw new UsageException("Name either a run or branch, or a file by --events. 'ledger world --help' shows how to use it.");
        }
    }

    private static void Print(Session session, string source, World world)
    {
        if (session.Json)
        {
            session.Out.Json(world.WriteTo);
            return;
        }

        var output = session.Out;
        output.Line($"World: {source} at position {world.Position}", Tone.Name);
        output.Line($"Summary: {Printable.Count(world.Objects.Count, "object")}, {Printable.Count(world.Relations.Count, "relation")}"
            + (world.BudgetExhausted ? ", budget exhausted" : ""));
        foreach (var item in world.Objects)
        {
            output.Add("object ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed).Add($" {item.Data}").EndLine();
        }

        foreach (var item in world.Relations)
        {
            output.Add("relation ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed);
            output.Add($" {item.SourceId} -> {item.TargetId} {item.Data}").EndLine();
        }
    }
}
