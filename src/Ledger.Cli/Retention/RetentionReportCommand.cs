using System.CommandLine;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Retention;

/// <summary><c>ledger retention report</c></summary>
internal sealed class RetentionReportCommand : LedgerCommand
{
    private readonly Argument<long?> _run = new("NUMBER") { Description = "The run of retention; the newest without it.", Arity = ArgumentArity.ZeroOrOne };

    public RetentionReportCommand()
        : base("report", "Shows what a run of retention has removed, and where its archives are.")
    {
        Add(_run);
        Examples = ["ledger retention report", "ledger retention report 3 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = session.Get(_run);
        var report = await connection.Retention.FindReportAsync(run, cancellationToken)
            ?? throw new RefusalException(run is null ? "There was no retention yet." : $"There is no retention {run}.", FailureCodes.NotFound);
        RetentionText.Print(session, report);
    }
}
