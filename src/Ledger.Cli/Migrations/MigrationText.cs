using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Postgres.Schema;

namespace Ledger.Cli.Migrations;

/// <summary>Prints migrations as lines or JSON.</summary>
internal static class MigrationText
{
    /// <summary>The word for a state, in text and JSON.</summary>
    public static string NameOf(MigrationState state) => state switch
    {
        MigrationState.Pending => "pending",
        MigrationState.Applied => "applied",
        MigrationState.Changed => "changed",
        _ => "unknown",
    };

    /// <summary>Writes a list.</summary>
    public static void Write(Printer output, IReadOnlyList<MigrationStatus> migrations) => Write(output, migrations, []);

    /// <summary>Writes a list of migrations and of repaired differences.</summary>
    public static void Write(Printer output, IReadOnlyList<MigrationStatus> migrations, IReadOnlyList<SchemaDifference> mended) => output.Json(writer =>
    {
        writer.WriteStartArray();
        foreach (var migration in migrations)
        {
            Write(writer, migration);
        }

        foreach (var difference in mended)
        {
            writer.WriteStartObject();
            writer.WriteString("state", "mended");
            writer.WriteString("subject", difference.Subject);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter writer, MigrationStatus migration)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", migration.Number);
        writer.WriteString("name", migration.Name);
        writer.WriteString("state", NameOf(migration.State));
        writer.WriteString("checksum", migration.Checksum);
        if (migration.AppliedAt is { } appliedAt)
        {
            writer.WriteString("applied_at", appliedAt);
            writer.WriteString("applied_by", migration.AppliedBy);
        }

        writer.WriteEndObject();
    }
}
