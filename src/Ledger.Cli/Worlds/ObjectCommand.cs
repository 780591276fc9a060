using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Streams;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger object</c></summary>
internal sealed class ObjectCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<string> _object = new("OBJECT") { Description = "The id of the object." };
    private readonly Option<Position?> _at = Positions.Option("--at", "After how many events; all of them unless given.");

    public ObjectCommand()
        : base("object", "Shows one object of the world of a run or branch.")
    {
        Add(_id);
        Add(_object);
        Add(_at);
        Examples = ["ledger object first c1", "ledger object branch:second c1 --at 10 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var stream = await StreamIds.FindAsync(connection.Store, session.Get(_id), cancellationToken);
        var run = await connection.Ledger.OpenAsync(stream, cancellationToken);
        var item = await run.FindObjectAsync(session.Get(_object), session.Get(_at), cancellationToken)
            ?? throw new RefusalException(
                $"There is no object '{session.Get(_object)}' in that world of {stream}. 'ledger world {stream}' shows what there is.");
        if (session.Json)
        {
            session.Out.Json(item.WriteTo);
        }
        else
        {
            session.Out.Add("object ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed).Add($" {item.Data}").EndLine();
        }
    }
}
