using System.CommandLine;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run rename</c></summary>
internal sealed class RunRenameCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<string> _title = new("TITLE") { Description = "The title, up to 500 characters; \"\" for the one that follows from its events." };

    public RunRenameCommand()
        : base("rename", "Gives a run or branch another title.")
    {
        Add(_id);
        Add(_title);
        Examples = ["ledger run rename first 'Why the kettle broke'"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var title = session.Get(_title);
        if (title.Length > 500)
        {
            throw new UsageException($"TITLE has {title.Length} characters; at most 500 are allowed.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        await run.RenameAsync(title, cancellationToken: cancellationToken);
        await RunAnswer.PrintAsync(session, run, cancellationToken);
    }
}
