using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
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
    public static void Write(Printer output, IReadOnlyList<MigrationStatus> migrations, IReadOnlyList<FunctionStatus> functions) => output.Json(
        [.. migrations.Select(MigrationContract.Of), .. functions.Select(MigrationContract.Of)], ContractContext.Default.IReadOnlyListMigrationContract);

    /// <summary>Writes what was done.</summary>
    public static void Write(Printer output, MigrationRun run) =>
        output.Json(MigrationContract.Of(run), ContractContext.Default.IReadOnlyListMigrationContract);
}
