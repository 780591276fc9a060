using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Branches;

/// <summary><c>ledger branches</c>, and <c>ledger branch list</c></summary>
internal sealed class BranchesCommand : LedgerCommand
{
    private readonly Argument<string?> _id = StreamArgument.CreateOptional("Only branches forked from this run or branch, directly or indirectly.");

    public BranchesCommand(string name)
        : base(name, "Shows runs and their branches as trees, with the position of each fork.")
    {
        Add(_id);
        Add(CommonOptions.Stats);
        Examples = name == "list"
            ? ["ledger branch list", "ledger branch list first --output csv"]
            : ["ledger branches", "ledger branches first", "ledger branches branch:second --json"];
    }

    public override bool ListsRows => true;

    public override bool IsPaged(Session session) => true;

    public override bool OnlyReads => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        StreamName? root = session.Get(_id) is { } id ? (await Histories.FindAsync(connection, id, cancellationToken)).StreamName : null;
        var tree = await connection.Ledger.WithStatistics(session.NewRead()).ListBranchesAsync(root, cancellationToken);
        if (await session.ListAsync(BranchTree.Flatten(tree), ContractContext.Default.BranchContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            BranchTree.Write(session.Out, tree);
        }
        else if (tree.Count == 0)
        {
            session.Out.Line(root is null ? "There are no branches yet. 'ledger fork' creates one." : $"No branch was forked from {root}.");
        }
        else
        {
            BranchTree.Print(session.Out, tree);
        }
    }
}
