using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Runs;

namespace Ledger.Cli.Approvals;

/// <summary><c>ledger approvals list</c></summary>
internal sealed class ApprovalsListCommand : LedgerCommand
{
    private readonly Argument<string?> _id = StreamArgument.CreateOptional("A run or branch, by its id or stream name. Default: what waits in any of them.");

    public ApprovalsListCommand()
        : base("list", "Lists the calls of a run or branch that need approval, with what was decided, the oldest first; or those of all runs that wait.")
    {
        Add(_id);
        Examples = ["ledger approvals list", "ledger approvals list first", "ledger approvals list branch:second --json"];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        if (session.Get(_id) is not { } id)
        {
            await ListWaitingAsync(session, connection, cancellationToken);
            return;
        }

        var run = await Histories.FindAsync(connection, id, cancellationToken);
        var approvals = await run.ListApprovalsAsync(cancellationToken);
        if (await session.ListAsync(approvals.Select(ApprovalContract.Of), ContractContext.Default.ApprovalContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(ContractOf(run.StreamName, approvals), ContractContext.Default.ApprovalsContract);
            return;
        }

        Print(session, approvals, "");
        if (approvals.Count == 0)
        {
            session.Out.Line("No call needs approval.");
        }
    }

    private static async Task ListWaitingAsync(Session session, LedgerConnection connection, CancellationToken cancellationToken)
    {
        await session.Progress.RunAsync("Reading new events", () => connection.Ledger.Summaries.CatchUpAsync(null, cancellationToken));
        var waiting = (await connection.Ledger.ListWaitingApprovalsAsync(cancellationToken)).GroupBy(w => w.Stream, w => w.Approval).ToList();
        if (session.Format is OutputFormat.Ndjson or OutputFormat.Csv)
        {
            throw new UsageException("A row does not say of which run it is: name a run, or print those of all with --output json.");
        }

        if (session.Json)
        {
            session.Out.Json([.. waiting.Select(w => ContractOf(w.Key, w))], ContractContext.Default.IReadOnlyListApprovalsContract);
            return;
        }

        foreach (var approvals in waiting)
        {
            Print(session, approvals, $"{approvals.Key}  ");
        }

        if (waiting.Count == 0)
        {
            session.Out.Line("No call waits for approval.");
        }
    }

    private static ApprovalsContract ContractOf(StreamName stream, IEnumerable<Approval> approvals) =>
        new(stream.Value, [.. approvals.Select(ApprovalContract.Of)]);

    private static void Print(Session session, IEnumerable<Approval> approvals, string prefix)
    {
        foreach (var approval in approvals)
        {
            session.Out
                .Add(prefix)
                .Add($"{approval.Id}  ", Tone.Name)
                .Add($"{ApprovalContract.StateOf(approval),-8}  {approval.Kind}  ")
                .AddRest($"{approval.Request.GetRawText()}{DecisionOf(approval)}", Tone.Faint)
                .EndLine();
        }
    }

    private static string DecisionOf(Approval approval) =>
        approval.By is not null ? $"  by {approval.By}{(approval.Reason is { } reason ? $": {reason}" : "")}"
        : approval.ExpiresAt is { } end ? $"  until {Printable.Time(end)}"
        : "";
}
