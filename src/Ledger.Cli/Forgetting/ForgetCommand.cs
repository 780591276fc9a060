using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Forgetting;

/// <summary><c>ledger forget</c></summary>
internal sealed class ForgetCommand : LedgerCommand
{
    private readonly Argument<string> _subject = new("SUBJECT") { Description = "The subject, as events name it." };

    public ForgetCommand()
        : base(
            "forget",
            "Destroys the key of a subject, for good: what an application has encrypted with it can no longer be read, in the log and in all that is derived from it. "
            + "Nothing can be encrypted for the subject later. What was not encrypted is masked by 'ledger mask --subject'.")
    {
        Add(_subject);
        Examples = ["ledger forget customer-7"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var subject = session.Get(_subject);
        if (subject.Length == 0)
        {
            throw new UsageException("Name the SUBJECT.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var hadKey = await connection.SubjectKeys.ForgetAsync(subject, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new ForgottenContract(subject, hadKey), ContractContext.Default.ForgottenContract);
        }
        else
        {
            session.Out.Line(hadKey
                ? $"Forgot '{Printable.Of(subject)}': its key was destroyed."
                : $"There is no key of '{Printable.Of(subject)}', and there will be none.");
        }
    }
}
