using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Retention;

/// <summary><c>ledger retention hold</c></summary>
internal sealed class RetentionHoldCommand : LedgerCommand
{
    private readonly Argument<string?> _target = new("STREAM|label:NAME")
    {
        Description = "What is held: a stream with the branches forked from it, or the runs and branches with a label. Without it the holds are listed.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why it is held.", HelpName = "TEXT" };
    private readonly Option<bool> _release = new("--release") { Description = "Ends the hold." };

    public RetentionHoldCommand()
        : base("hold", "Keeps retention from removing a stream or what has a label, ends that, or lists the holds.")
    {
        Add(_target);
        Add(_reason);
        Add(_release);
        Examples = ["ledger retention hold run:first --reason 'Case 12'", "ledger retention hold label:audit --reason 'Audit 2026'", "ledger retention hold run:first --release", "ledger retention hold"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (target, reason) = (session.Get(_target), session.Get(_reason));
        if (session.Get(_release) ? target is null || reason is not null : (target is null) != (reason is null))
        {
            throw new UsageException("Give a stream or 'label:NAME' with '--reason TEXT' or with '--release'; or neither, to list the holds.");
        }

        if (target?.Contains(':', StringComparison.Ordinal) is false)
        {
            throw new UsageException($"Name the stream whole, such as 'run:{target}', or a label as 'label:{target}'.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        if (target is not null && session.Get(_release) && !await connection.Retention.ReleaseAsync(target, cancellationToken))
        {
            throw new RefusalException($"'{target}' is not held.");
        }

        if (reason is not null)
        {
            await connection.Retention.HoldAsync(target!, reason, cancellationToken);
        }

        var holds = await connection.Retention.ListHoldsAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json([.. holds.Select(RetentionHoldContract.Of)], ContractContext.Default.IReadOnlyListRetentionHoldContract);
            return;
        }

        foreach (var hold in holds)
        {
            session.Out.Add(hold.Target, Tone.Name).AddRest($"  {hold.Reason}").EndLine();
        }

        if (holds.Count == 0)
        {
            session.Out.Line("Nothing is held.");
        }
    }
}
