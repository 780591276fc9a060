using System.CommandLine;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run label</c></summary>
internal sealed class RunLabelCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Option<string[]> _add = new("--add") { Description = "A label to add; repeat it for several.", HelpName = "LABEL" };
    private readonly Option<string[]> _remove = new("--remove") { Description = "A label to remove; repeat it for several.", HelpName = "LABEL" };

    public RunLabelCommand()
        : base("label", "Adds and removes labels of a run or branch.")
    {
        Add(_id);
        Add(_add);
        Add(_remove);
        Examples = ["ledger run label first --add nightly --remove draft"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        try
        {
            await run.LabelAsync(session.Get(_add) ?? [], session.Get(_remove) ?? [], cancellationToken: cancellationToken);
        }
        catch (ArgumentException fault)
        {
            throw new UsageException(fault.Message.Split(" (Parameter", 2)[0]);
        }

        await RunAnswer.PrintAsync(session, run, cancellationToken);
    }
}
