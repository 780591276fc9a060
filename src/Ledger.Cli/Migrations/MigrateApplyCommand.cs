using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate apply</c></summary>
internal sealed class MigrateApplyCommand : LedgerCommand
{
    private readonly Option<string?> _tenancy = TenancyOption.Create(
        "Whose log a new schema gets: single, or conjoined for the logs of many tenants, which row-level security keeps apart. An existing schema keeps what it has. Default: single.");

    public MigrateApplyCommand()
        : base("apply", "Updates the schema: applies the missing migrations, each in its own transaction, and the functions that changed.")
    {
        Add(_tenancy);
        Examples = ["ledger migrate apply", "ledger migrate apply --connection \"Host=db;Database=app\" --schema agents"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        _tenancy.Apply(session);
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var applied = await session.Progress.RunAsync("Applying migrations", null, _ => connection.Migrator.ApplyAsync(cancellationToken));
        if (session.Json)
        {
            MigrationText.Write(session.Out, applied);
            return;
        }

        if (applied.Adopted is { } last)
        {
            session.Out.Add("adopted  ", Tone.Added).Add(last, Tone.Name).Add(" and the migrations before it, as 0001_tables").EndLine();
        }

        foreach (var migration in applied)
        {
            session.Out.Add("applied  ", Tone.Added).Add(migration.FileName, Tone.Name).EndLine();
        }

        MigrationText.WriteFunctions(session.Out, "applied", Tone.Added, applied.Functions);
        MigrationText.WriteFunctions(session.Out, "dropped", Tone.Removed, applied.DroppedFunctions);
        foreach (var difference in applied.Mended)
        {
            session.Out.Add("mended   ", Tone.Changed).Add(difference.Subject, Tone.Name).EndLine();
        }

        session.Out.Line(applied.IsNothing
            ? $"Schema '{session.Options.LedgerSchema}' was up to date."
            : $"Schema '{session.Options.LedgerSchema}' is up to date.");
    }
}
