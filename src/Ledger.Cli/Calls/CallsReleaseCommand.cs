using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Calls;

/// <summary><c>ledger calls release</c></summary>
internal sealed class CallsReleaseCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<Guid> _call = new("CALL") { Description = "The call, by the id that 'ledger calls list' shows." };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the log.", HelpName = "TEXT" };

    public CallsReleaseCommand()
        : base("release", "Allows an open call to be made again: it counts as not made.")
    {
        Add(_id);
        Add(_call);
        Add(_reason);
        Examples = ["ledger calls release first 6f1f6f0e-96a1-5c1b-8f0b-7f0f7d2f5b1e --reason 'not found at the bank'"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        var name = run.StreamName;
        var call = session.Get(_call);
        try
        {
            await run.ReleaseCallAsync(call, session.Get(_reason), cancellationToken);
        }
        catch (ArgumentException)
        {
            throw new RefusalException($"'{name}' has no open call '{call}'. 'ledger calls list {session.Get(_id)}' lists those that are open.", FailureCodes.NotFound);
        }

        if (session.Json)
        {
            session.Out.Json(new CallChangeContract(name.Value, call, "released"), ContractContext.Default.CallChangeContract);
        }
        else
        {
            session.Out.Line($"Released {call}; the next caller makes it again.");
        }
    }
}
