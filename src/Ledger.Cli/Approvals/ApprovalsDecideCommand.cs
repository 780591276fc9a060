using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Runs;

namespace Ledger.Cli.Approvals;

/// <summary><c>ledger approvals approve</c> and <c>ledger approvals deny</c></summary>
internal sealed class ApprovalsDecideCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<Guid> _approval = new("APPROVAL") { Description = "The request, by the id that 'ledger approvals list' shows." };
    private readonly Option<string> _by = new("--by") { Description = "Who decides.", HelpName = "NAME", Required = true };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the log.", HelpName = "TEXT" };
    private readonly ApprovalDecision _decision;

    private ApprovalsDecideCommand(string name, string description, ApprovalDecision decision)
        : base(name, description)
    {
        _decision = decision;
        Add(_id);
        Add(_approval);
        Add(_by);
        Add(_reason);
        Examples = [$"ledger approvals {name} first 6f1f6f0e-96a1-5c1b-8f0b-7f0f7d2f5b1e --by owner --reason 'as agreed'"];
    }

    public static ApprovalsDecideCommand Approve() =>
        new("approve", "Allows a call that needs approval.", ApprovalDecision.Approved);

    public static ApprovalsDecideCommand Deny() => new("deny", "Denies a call that needs approval; a later decision replaces this one.", ApprovalDecision.Denied);

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        var id = session.Get(_approval);
        if (string.IsNullOrWhiteSpace(session.Get(_by)))
        {
            throw new UsageException("Option '--by' must name who decides.");
        }

        if (!(await run.ListApprovalsAsync(cancellationToken)).Any(a => a.Id == id))
        {
            throw new RefusalException($"'{run.StreamName}' has no request for approval '{id}'. 'ledger approvals list {session.Get(_id)}' lists them.");
        }

        try
        {
            await run.DecideAsync(id, _decision, session.Get(_by)!, session.Get(_reason), cancellationToken);
        }
        catch (InvalidOperationException fault) when (fault.GetType() == typeof(InvalidOperationException))
        {
            throw new RefusalException(fault.Message);
        }

        var decided = (await run.ListApprovalsAsync(cancellationToken)).First(a => a.Id == id);
        if (session.Json)
        {
            session.Out.Json(ApprovalContract.Of(decided), ContractContext.Default.ApprovalContract);
        }
        else
        {
            session.Out.Line(_decision == ApprovalDecision.Approved ? $"Approved {id}; the next caller makes the call." : $"Denied {id}.");
        }
    }
}
