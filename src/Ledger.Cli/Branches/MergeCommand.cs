using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Branches;

/// <summary><c>ledger merge</c></summary>
internal sealed class MergeCommand : LedgerCommand
{
    private readonly Argument<string> _target = StreamArgument.Create("The run or branch to merge into.", "TARGET");
    private readonly Argument<string> _source = StreamArgument.Create("The run or branch to merge; it does not change. SOURCE@N: its first N events.", "SOURCE");
    private readonly Option<bool> _preview = new("--preview") { Description = "Show what would be written, and write nothing." };
    private readonly DecisionOptions _decisions = new("the target", "the source");
    private readonly Option<Position?> _at = Positions.Option("--at", "How many events of the source are merged. Default: all.", "N");
    private readonly Option<string?> _actor = new("--actor") { Description = "Who merges.", HelpName = "NAME" };

    public MergeCommand()
        : base("merge", "Merges the world of a branch into another of the same run: what it changed since their newest common state. With a conflict open nothing is written.")
    {
        foreach (var argument in new[] { _target, _source })
        {
            Add(argument);
        }

        foreach (var option in (Option[])[_preview, .. _decisions.All, _at, _actor])
        {
            Add(option);
        }

        Examples =
        [
            "ledger merge first second --preview",
            "ledger merge first second --preview --json > conflicts.json",
            "ledger merge first second --resolve conflicts.json --actor me",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var resolver = await _decisions.ReadAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (target, source, at) = await _decisions.FindAsync(session, connection, session.Get(_target), session.Get(_source), _at, cancellationToken);
        var registry = connection.Store.Registry;
        await DecisionOptions.RefusingAsync(async () =>
        {
            try
            {
                var options = new MergeOptions
                {
                    Resolver = resolver(),
                    At = at,
                    Metadata = new EventMetadata { Actor = session.Get(_actor) },
                };
                var answer = session.Get(_preview)
                    ? MergeContract.Of(await target.PreviewMergeAsync(source, options, cancellationToken), registry)
                    : MergeContract.Of(await target.MergeAsync(source, options, cancellationToken), registry);
                Print(session, answer);
            }
            catch (MergeConflictException conflict)
            {
                Print(session, MergeContract.Of(conflict.Preview, registry));
                throw new RefusalException(
                    $"{Output.Printable.Count(conflict.Conflicts.Count, "conflict")} open, so nothing was written. Decide with --ours, --theirs or --resolve FILE.", FailureCodes.MergeConflict);
            }
        });
    }

    private void Print(Session session, MergeContract answer)
    {
        if (session.Json)
        {
            session.Out.Json(answer, ContractContext.Default.MergeContract);
        }
        else
        {
            MergeText.Print(session.Out, answer, session.Get(_preview));
        }
    }
}
