using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Merging;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Branches;

/// <summary><c>ledger cherry-pick</c></summary>
internal sealed class CherryPickCommand : LedgerCommand
{
    private readonly Argument<string> _target = StreamArgument.Create("The run or branch to write to.", "TARGET");
    private readonly Argument<string> _source = StreamArgument.Create("The run or branch that has the events; it does not change.", "SOURCE");
    private readonly Argument<string[]> _events = new("EVENT")
    {
        Description = "The events, by their ids or the ids that they had in a file.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _withCauses = new("--with-causes") { Description = "Pick the events that these follow from and the target lacks, too. Default: they are listed, and nothing is written." };
    private readonly Option<bool> _preview = new("--preview") { Description = "Show what would be written, and write nothing." };
    private readonly DecisionOptions _decisions = new("the target", "the source");
    private readonly Option<string?> _actor = new("--actor") { Description = "Who picks.", HelpName = "NAME" };

    public CherryPickCommand()
        : base("cherry-pick", "Writes chosen events of a branch again in another of the same run, each caused by its original. With a cause missing or a conflict open nothing is written.")
    {
        foreach (var argument in new Argument[] { _target, _source, _events })
        {
            Add(argument);
        }

        foreach (var option in (Option[])[_withCauses, _preview, .. _decisions.All, _actor])
        {
            Add(option);
        }

        Examples =
        [
            "ledger cherry-pick first second 0197f5a2-1c8e-7b3a-9d2f-5e6a7b8c9d0e --preview",
            "ledger cherry-pick first second e5 e7 --with-causes --actor me",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var resolver = await _decisions.ReadAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (target, source) = await _decisions.FindAsync(session, connection, session.Get(_target), session.Get(_source), cancellationToken);
        var registry = connection.Store.Registry;
        await DecisionOptions.RefusingAsync(async () =>
        {
            try
            {
                var events = await CarryChoices.FindEventsAsync(source, session.Get(_events), cancellationToken);
                var options = new CherryPickOptions
                {
                    Causes = session.Get(_withCauses) ? PickCauses.Include : PickCauses.Ask,
                    Resolver = resolver(),
                    Metadata = new EventMetadata { Actor = session.Get(_actor) },
                };
                var answer = session.Get(_preview)
                    ? CherryPickContract.Of(await target.PreviewCherryPickAsync(source, events, options, cancellationToken), registry)
                    : CherryPickContract.Of(await target.CherryPickAsync(source, events, options, cancellationToken), registry);
                Print(session, answer);
            }
            catch (CherryPickRefusedException refused)
            {
                Print(session, CherryPickContract.Of(refused.Preview, registry));
                throw new RefusalException(refused.Preview.Missing.Count > 0
                    ? $"{Printable.Count(refused.Preview.Missing.Count, "cause")} not chosen, so nothing was written. Name them too, or use --with-causes."
                    : $"{Printable.Count(refused.Preview.Conflicts.Count, "conflict")} open, so nothing was written. Decide with --ours, --theirs or --resolve FILE.", FailureCodes.MergeConflict);
            }
        });
    }

    private void Print(Session session, CherryPickContract answer)
    {
        if (session.Json)
        {
            session.Out.Json(answer, ContractContext.Default.CherryPickContract);
        }
        else
        {
            CarryText.Print(session.Out, answer, session.Get(_preview));
        }
    }
}
