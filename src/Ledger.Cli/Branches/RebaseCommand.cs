using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Branches;

/// <summary><c>ledger rebase</c></summary>
internal sealed class RebaseCommand : LedgerCommand
{
    private readonly Argument<string> _branch = StreamArgument.Create("The branch to rebase; it does not change. BRANCH@N: its first N events.", "BRANCH");
    private readonly Argument<string> _onto = StreamArgument.Create("The run or branch whose end the new branch begins at.", "ONTO");
    private readonly Option<bool> _squash = new("--squash") { Description = "Write one set of events for the difference, instead of the branch's events one by one." };
    private readonly Option<bool> _preview = new("--preview") { Description = "Show what would be written, and write nothing." };
    private readonly DecisionOptions _decisions = new("ONTO", "the branch");
    private readonly Option<Position?> _at = Positions.Option("--at", "How many events of the branch are rebased. Default: all.", "N");
    private readonly Option<string?> _id = new("--id") { Description = "The new branch's id. Default: a new UUID.", HelpName = "ID" };
    private readonly Option<string?> _name = new("--name") { Description = "A label for people.", HelpName = "LABEL" };
    private readonly Option<string?> _actor = new("--actor") { Description = "Who rebases.", HelpName = "NAME" };

    public RebaseCommand()
        : base("rebase", "Begins a branch at the end of another of the same run, with what a branch has and that lacks. What is in conflict is left out and listed.")
    {
        Add(_branch);
        Add(_onto);
        foreach (var option in (Option[])[_squash, _preview, .. _decisions.All, _at, _id, _name, _actor])
        {
            Add(option);
        }

        Examples = ["ledger rebase second first --preview", "ledger rebase second first --id third", "ledger rebase branch:second run:first --squash --theirs --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = StreamIds.NewId("branch", session.Get(_id));
        var resolver = await _decisions.ReadAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (onto, branch, at) = await _decisions.FindAsync(session, connection, session.Get(_onto), session.Get(_branch), _at, cancellationToken);
        var registry = connection.Store.Registry;
        await DecisionOptions.RefusingAsync(async () =>
        {
            var options = new RebaseOptions
            {
                Id = id,
                Name = session.Get(_name),
                Mode = session.Get(_squash) ? RebaseMode.Squash : RebaseMode.Events,
                At = at,
                Resolver = resolver(),
                Metadata = new EventMetadata { Actor = session.Get(_actor) },
            };
            var answer = session.Get(_preview)
                ? RebaseContract.Of(await branch.PreviewRebaseAsync(onto, options, cancellationToken), registry)
                : RebaseContract.Of(await branch.RebaseAsync(onto, options, cancellationToken), registry);
            if (session.Json)
            {
                session.Out.Json(answer, ContractContext.Default.RebaseContract);
            }
            else
            {
                CarryText.Print(session.Out, answer);
            }
        });
    }
}
