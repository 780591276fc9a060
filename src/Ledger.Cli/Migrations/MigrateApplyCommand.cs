using Ledger.Cli.Connections;
using Ledger.Cli.Output;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate apply</c></summary>
internal sealed class MigrateApplyCommand : LedgerCommand
{
    public MigrateApplyCommand()
        : base("apply", "Updates the schema: applies the missing migrations, each in its own transaction.") =>
        Examples = ["ledger migrate apply", "ledger migrate apply --connection \"Host=db;Database=app\" --schema agents"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var applied = await session.Progress.RunAsync("Applying migrations", null, _ => connection.Migrator.ApplyAsync(cancellationToken));
        if (session.Json)
        {
            MigrationText.Write(session.Out, applied, applied.Mended);
            return;
        }

        foreach (var migration in applied)
        {
            session.Out.Add("applied  ", Tone.Added).Add(migration.FileName, Tone.Name).EndLine();
        }

        foreach (var difference in applied.Mended)
        {
            session.Out.Add("mended   ", Tone.Changed).Add(difference.Subject, Tone.Name).EndLine();
        }

        session.Out.Line(applied.Count + applied.Mended.Count == 0
            ? $"Schema '{session.Options.LedgerSchema}' was up to date."
            : $"Schema '{session.Options.LedgerSchema}' is up to date.");
    }
}
