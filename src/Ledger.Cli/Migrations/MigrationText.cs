using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Postgres.Schema;

namespace Ledger.Cli.Migrations;

/// <summary>Prints migrations and functions as lines or JSON.</summary>
internal static class MigrationText
{
    private const int MostNames = 5;

    /// <summary>The word for a state, in text and JSON.</summary>
    public static string NameOf(MigrationState state) => state switch
    {
        MigrationState.Pending => "pending",
        MigrationState.Applied => "applied",
        MigrationState.Changed => "changed",
        _ => "unknown",
    };

    /// <summary>The word for a state, in text and JSON.</summary>
    public static string NameOf(FunctionState state) => state switch
    {
        FunctionState.Pending => "pending",
        FunctionState.Applied => "applied",
        FunctionState.Obsolete => "obsolete",
        _ => "newer",
    };

    /// <summary>Writes one line about functions, unless there are none: how many, and the names of a few.</summary>
    public static void WriteFunctions(Printer output, string word, Tone tone, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            output.Add(word.PadRight(9), tone).Add($"functions: {names.Count}", Tone.Name);
            output.Add(names.Count <= MostNames ? $" ({string.Join(", ", names)})" : "").EndLine();
        }
    }

    /// <summary>Writes a list of migrations and functions.</summary>
    public static void Write(Printer output, IReadOnlyList<MigrationStatus> migrations, IReadOnlyList<FunctionStatus> functions) => output.Json(writer =>
    {
        writer.WriteStartArray();
        foreach (var migration in migrations)
        {
            Write(writer, migration);
        }

        foreach (var function in functions)
        {
            Write(writer, function);
        }

        writer.WriteEndArray();
    });

    /// <summary>Writes what was done.</summary>
    public static void Write(Printer output, MigrationRun run) => output.Json(writer =>
    {
        writer.WriteStartArray();
        if (run.Adopted is { } last)
        {
            Write(writer, "adopted", "migration", last);
        }

        foreach (var migration in run)
        {
            Write(writer, migration);
        }

        foreach (var function in run.Functions)
        {
            Write(writer, "applied", "function", function);
        }

        foreach (var function in run.DroppedFunctions)
        {
            Write(writer, "dropped", "function", function);
        }

        foreach (var difference in run.Mended)
        {
            Write(writer, "mended", "subject", difference.Subject);
        }

        writer.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter writer, string state, string kind, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("state", state);
        writer.WriteString(kind, name);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, FunctionStatus function)
    {
        writer.WriteStartObject();
        writer.WriteString("function", function.Name);
        writer.WriteString("state", NameOf(function.State));
        writer.WriteString("checksum", function.Checksum);
        if (function.AppliedAt is { } appliedAt)
        {
            writer.WriteString("applied_at", appliedAt);
            writer.WriteString("applied_by", function.AppliedBy);
        }

        writer.WriteEndObject();
    }

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
