using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger diff</c></summary>
internal sealed class DiffCommand : LedgerCommand
{
    private readonly Argument<string> _a = StreamArgument.Create("The run or branch to start from.", "A");
    private readonly Argument<string> _b = StreamArgument.Create("The run or branch to arrive at.", "B");
    private readonly Option<Position?> _atA = Positions.Option("--at-a", "How many events of A to fold; all of them unless given.");
    private readonly Option<Position?> _atB = Positions.Option("--at-b", "How many events of B to fold; all of them unless given.");

    public DiffCommand()
        : base("diff", "Compares the worlds of two runs or branches: what B has (+), what only A had (-), what differs (~).")
    {
        Add(_a);
        Add(_b);
        Add(_atA);
        Add(_atB);
        Add(CommonOptions.Stats);
        Examples = ["ledger diff first second", "ledger diff first first --at-a 2 --at-b 10", "ledger diff run:first branch:second --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (_, a) = await Folding.OfStreamAsync(session, connection, session.Get(_a), session.Get(_atA), cancellationToken);
        var (_, b) = await Folding.OfStreamAsync(session, connection, session.Get(_b), session.Get(_atB), cancellationToken);
        if (session.Json)
        {
            session.Out.Json(WorldDiff.Between(a, b).WriteTo);
        }
        else
        {
            DiffText.Print(session.Out, session.Get(_a), session.Get(_b), a, b);
        }
    }
}
