using System.Text.Json;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Postgres.Schema;

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
            Write(session.Out, [.. differences, .. notes]);
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
            throw new RefusalException($"Schema '{schema}' does not match the migrations: {Printable.Count(differences.Count, "difference")}.");
        }
    }

    private static void Write(Printer output, IReadOnlyList<SchemaDifference> differences) => output.Json(writer =>
    {
        writer.WriteStartArray();
        foreach (var difference in differences)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.Kind.ToString()));
            writer.WriteString("subject", difference.Subject);
            writer.WriteString("expected", difference.Expected);
            writer.WriteString("actual", difference.Actual);
            writer.WriteString("message", difference.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
