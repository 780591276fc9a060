using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger diff</c></summary>
internal sealed class DiffCommand : LedgerCommand
{
    private readonly Argument<string> _a = StreamArgument.Create("The run or branch to start from; A@N: its first N events.", "A");
    private readonly Argument<string> _b = StreamArgument.Create("The run or branch to compare it with; B@N: its first N events.", "B");
    private readonly Moment _momentA = new("-a", " of A");
    private readonly Moment _momentB = new("-b", " of B");

    public DiffCommand()
        : base("diff", "Compares the worlds of two runs or branches: only in B (+), only in A (-), different (~).")
    {
        Add(_a);
        Add(_b);
        _momentA.AddTo(this);
        _momentB.AddTo(this);
        Add(CommonOptions.Strict);
        Add(CommonOptions.Stats);
        Examples = ["ledger diff first second", "ledger diff first@2 first@10", "ledger diff run:first branch:second --json"];
    }

    public override bool IsPaged(Session session) => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (left, right) = await Histories.FindAtAsync(connection, session.Get(_a), session.Get(_b), cancellationToken);
        var (a, b) = (left.Run, right.Run);
        var atA = await _momentA.FindAsync(session, left, cancellationToken);
        var atB = await _momentB.FindAsync(session, right, cancellationToken);
        var diff = await session.Progress.RunAsync(
            $"Comparing {a.StreamName} and {b.StreamName}",
            null,
            progress => a.WithFaults(session.Faults).WithStatistics(session.NewRead(progress)).DiffAsync(b, atA, atB, cancellationToken));
        await FaultText.WarnAsync(session, a, diff.OldFaults);
        if (b.StreamName != a.StreamName)
        {
            await FaultText.WarnAsync(session, b, diff.NewFaults);
        }

        if (session.Json)
        {
            session.Out.Json(DiffContract.Of(diff), ContractContext.Default.DiffContract);
        }
        else
        {
            DiffText.Print(session.Out, session.Get(_a), session.Get(_b), diff);
        }
    }
}
