using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Runs;

namespace Ledger.Cli.Approvals;

/// <summary><c>ledger approvals list</c></summary>
internal sealed class ApprovalsListCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");

    public ApprovalsListCommand()
        : base("list", "Lists the calls of a run or branch that need approval, with what was decided, the oldest first.")
    {
        Add(_id);
        Examples = ["ledger approvals list first", "ledger approvals list branch:second --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        var approvals = await run.ListApprovalsAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new ApprovalsContract(run.StreamName.Value, [.. approvals.Select(ApprovalContract.Of)]), ContractContext.Default.ApprovalsContract);
            return;
        }

        foreach (var approval in approvals)
        {
            session.Out
                .Add($"{approval.Id}  ", Tone.Name)
                .Add($"{ApprovalContract.StateOf(approval),-8}  {approval.Kind}  ")
                .AddRest($"{approval.Request.GetRawText()}{DecisionOf(approval)}", Tone.Faint)
                .EndLine();
        }

        if (approvals.Count == 0)
        {
            session.Out.Line("No call needs approval.");
        }
    }

    private static string DecisionOf(Approval approval) =>
        approval.By is null ? "" : $"  by {approval.By}{(approval.Reason is { } reason ? $": {reason}" : "")}";
}
