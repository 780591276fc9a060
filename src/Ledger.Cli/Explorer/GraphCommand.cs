using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Pictures;

namespace Ledger.Cli.Explorer;

/// <summary><c>ledger graph</c></summary>
internal sealed class GraphCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Option<FileInfo> _svg = new("--svg") { Description = "The file to write.", HelpName = "FILE", Required = true };
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
        Examples = ["ledger graph first --svg branches.svg", "ledger graph first --picture world --at 40 --svg world.svg"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (picture, at) = (session.Get(_picture), session.Get(_at));
        if (at is not null && picture != RunPicture.World)
        {
            throw new UsageException($"--at needs --picture world, but --picture was {picture.ToString().ToLowerInvariant()}.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var stream = (await Histories.FindAsync(connection, session.Get(_id), cancellationToken)).StreamName;
        var file = session.Get(_svg)!;
        try
        {
            await File.WriteAllTextAsync(
                file.FullName, await RunPictures.DrawAsync(connection.Ledger, stream, picture, at, cancellationToken), cancellationToken);
        }
        catch (InvalidOperationException refusal)
        {
            throw new RefusalException(refusal.Message);
        }

        if (session.Json)
        {
            var answer = new PictureContract(stream.Value, picture.ToString().ToLowerInvariant(), file.FullName);
            session.Out.Json(answer, ContractContext.Default.PictureContract);
            return;
        }

        session.Out.Fact("Written", file.FullName);
    }
}
