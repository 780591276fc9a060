using System.CommandLine;
using Ledger.Postgres.Retention;

namespace Ledger.Cli.Retention;

/// <summary><c>ledger retention run</c></summary>
internal sealed class RetentionRunCommand : LedgerCommand
{
    private readonly PolicyOptions _policies;
    private readonly Option<string> _folder = new("--archive") { Description = "The folder for the archives, a file for each stream.", HelpName = "DIR", Required = true };

    public RetentionRunCommand()
        : base("run", "Archives to files what policies no longer keep, with proofs if the log is sealed, and removes it. A run that was interrupted is finished first.")
    {
        _policies = new PolicyOptions(this);
        Add(_folder);
        Examples = ["ledger retention run --kind run --older-than 90d --archive /srv/archive", "ledger retention run --policies retention.json --archive /srv/archive"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var policies = await _policies.ReadAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var options = new RetentionOptions { Policies = policies, Folder = session.Get(_folder)!, Proofs = connection.Seal };
        RetentionText.Print(session, await session.Progress.RunAsync("Removing", () => connection.Retention.RunAsync(options, cancellationToken)));
    }
}
