using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate assert</c></summary>
internal sealed class MigrateAssertCommand : LedgerCommand
{
    public MigrateAssertCommand()
        : base("assert", "Lists every difference between the schema and what the migrations create. Exit code 1 if there is one.") =>
        Examples = ["ledger migrate assert", "ledger migrate assert --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var (differences, notes) = await connection.Migrator.CompareAsync(cancellationToken);
        var schema = session.Options.LedgerSchema;
        if (session.Json)
        {
            session.Out.Json(
                [.. differences.Concat(notes).Select(SchemaDifferenceContract.Of)], ContractContext.Default.IReadOnlyListSchemaDifferenceContract);
        }
        else
        {
            foreach (var difference in differences)
            {
                session.Out.Line(difference.Message);
            }

            // From a newer Marten; nothing to do.
            foreach (var note in notes)
            {
                session.Out.Add("note: ", Tone.Faint).Add(note.Message).EndLine();
            }

            if (differences.Count == 0)
            {
                session.Out.Line($"Schema '{schema}' matches the migrations.");
            }
        }

        if (differences.Count > 0)
        {
            throw new RefusalException($"Schema '{schema}' does not match the migrations: {Printable.Count(differences.Count, "difference")}.", FailureCodes.CheckFailed);
        }
    }
}
