using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Branches;

/// <summary><c>ledger fork</c></summary>
internal sealed class ForkCommand : LedgerCommand
{
    private readonly Argument<string> _parent = StreamArgument.Create("The run or branch to fork, by its id or stream name; ID@N is ID --at N.");
    private readonly Option<Position?> _at = Positions.Option("--at", "How many events the branch shares: '--at 2' shares positions 0 and 1.", "N");
    private readonly Option<string?> _id = new("--id") { Description = "The branch's id. Default: a new UUID.", HelpName = "ID" };
    private readonly Option<string?> _name = new("--name") { Description = "A label for people.", HelpName = "LABEL" };

    public ForkCommand()
        : base("fork", "Forks a run or branch: the new branch shares its first events by reference and then continues on its own.")
    {
        Add(_parent);
        Add(_at);
        Add(_id);
        Add(_name);
        Examples = ["ledger fork first@2", "ledger fork branch:second --at 10 --id third --name \"another rule\""];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_at) is null && !new HistoryText(session.Get(_parent)).MayNamePosition)
        {
            throw new UsageException($"Say how many events the branch shares: '{session.Get(_parent)}@N', or --at N. 'ledger fork --help' shows how to use it.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var branch = await Forking.RunAsync(
            connection.Ledger, session.Get(_parent), session.Get(_at), _at.Name, session.Get(_id), session.Get(_name), cancellationToken);
        if (session.Json)
        {
            session.Out.Json(BranchContract.Of(branch), ContractContext.Default.BranchContract);
            return;
        }

        var (shared, parent) = (branch.ForkPosition.Value, branch.Parent);
        session.Out.Fact("Branch ID", branch.Stream.Id, Tone.Name);
        session.Out.Fact("Parent run", parent.Category == "run" ? parent.Id : parent.Value);
        session.Out.Fact("Fork at", $"{shared} (shared prefix: {Printable.Count(shared, "event")})");
    }
}
