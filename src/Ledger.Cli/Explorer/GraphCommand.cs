using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Pictures;

namespace Ledger.Cli.Explorer;

/// <summary><c>ledger graph</c></summary>
internal sealed class GraphCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name; ID@N, for a world: its first N events.");
    private readonly Option<string> _svg = new("--svg") { Description = "The file to write; '-' writes to standard output.", HelpName = "FILE", Required = true };
    private readonly Option<Position?> _at = Positions.Option("--at", "For a world: the number of events to apply.", "N");
    private readonly Option<RunPicture> _picture = new("--picture")
    {
        Description = "What to draw: branches, timeline or world. Default: branches.",
        HelpName = "WHAT",
    };

    public GraphCommand()
        : base("graph", "Draws the branch tree, the timeline or the world of a run as a picture, as in 'ledger serve'.")
    {
        Add(_id);
        Add(_svg);
        Add(_picture);
        Add(_at);
        Examples = ["ledger graph first --svg branches.svg", "ledger graph first --picture world --at 40 --svg world.svg", "ledger graph first --svg - > branches.svg"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (picture, given) = (session.Get(_picture), session.Get(_at));
        CheckPlace(given, picture);

        var file = session.Get(_svg)!;
        if (file == "-" && session.Json)
        {
            throw new UsageException("--svg - prints the picture itself, which is not JSON. Leave out one of the two.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var (run, named) = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        var (stream, at) = (run.StreamName, HistoryText.One(named, given, _at.Name));
        CheckPlace(at, picture);
        string svg;
        try
        {
            svg = await RunPictures.DrawAsync(connection.Ledger, stream, picture, at, cancellationToken);
        }
        catch (InvalidOperationException refusal)
        {
            throw new RefusalException(refusal.Message);
        }

        if (file == "-")
        {
            await session.Out.Text.WriteLineAsync(svg.TrimEnd());
            return;
        }

        var path = Path.GetFullPath(file);
        await File.WriteAllTextAsync(path, svg, cancellationToken);
        if (session.Json)
        {
            var answer = new PictureContract(stream.Value, picture.ToString().ToLowerInvariant(), path);
            session.Out.Json(answer, ContractContext.Default.PictureContract);
            return;
        }

        session.Out.Fact("Written", path);
    }

    private static void CheckPlace(Position? at, RunPicture picture)
    {
        if (at is not null && picture != RunPicture.World)
        {
            throw new UsageException($"A position, as ID@N or by --at, needs --picture world, but --picture was {picture.ToString().ToLowerInvariant()}.");
        }
    }
}
