using System.Globalization;

namespace Ledger.Postgres.Schema;

/// <summary>How a schema of the migrations before <c>0001_tables</c> moves over to it.</summary>
internal static class SchemaAdoption
{
    // The oldest migration whose tables this script can upgrade.
    private const int First = 17;

    private static readonly IReadOnlyList<MigrationStatus> Replaced =
    [
        .. SqlText.Read("adopt/replaced.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Select(parts => new MigrationStatus(
                int.Parse(parts[0].AsSpan(0, 4), CultureInfo.InvariantCulture), parts[0][5..], MigrationState.Changed, parts[1])),
    ];

    /// <summary>What brings the tables to the current ones, with tokens for the schemas.</summary>
    internal static string Text { get; } = SqlText.Read("adopt/from_0017.sql");

    /// <summary>Whether the recorded migrations are those that <c>0001_tables</c> replaces.</summary>
    internal static bool IsOf(IReadOnlyList<AppliedMigration> applied) => applied.Any(row => row.Number == 1 && row.Name == Replaced[0].Name);

    /// <summary>Checks that a schema can be taken over.</summary>
    /// <exception cref="MigrationChecksumException">A migration was applied with another text than was released.</exception>
    /// <exception cref="MigrationOrderException">A migration is missing before the last one.</exception>
    /// <exception cref="SchemaTooOldException">The last migration is too old.</exception>
    internal static void Check(IReadOnlyList<AppliedMigration> applied, string schema)
    {
        var changed = applied.Where(row => !Replaced.Any(r => (r.Number, r.Name, r.Checksum) == (row.Number, row.Name, row.Checksum))).ToList();
        if (changed.Count > 0)
        {
            throw new MigrationChecksumException(
                schema,
                [.. changed.Select(row => new MigrationStatus(row.Number, row.Name, MigrationState.Changed, row.Checksum, row.AppliedAt, row.AppliedBy))]);
        }

        var last = Replaced.Last(r => applied.Any(row => row.Number == r.Number));
        if (Replaced.FirstOrDefault(r => r.Number < last.Number && applied.All(row => row.Number != r.Number)) is { } missing)
        {
            throw new MigrationOrderException(schema, missing, last);
        }

        if (last.Number < First)
        {
            throw new SchemaTooOldException(schema, last.FileName, Replaced[First - 1].FileName);
        }
    }

    /// <summary>The name of the last migration that is replaced.</summary>
    internal static string LastOf(IReadOnlyList<AppliedMigration> applied) => Replaced.Last(r => applied.Any(row => row.Number == r.Number)).FileName;

    /// <summary>The statement that takes a schema over, and does nothing for any other; with tokens for the schemas.</summary>
    internal static string Statement(Migration tables, IReadOnlyList<SchemaFunction> functions) => SqlText.Load("AdoptSchema")
        .Replace("{first}", First.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{first_name}", Replaced[First - 1].FileName, StringComparison.Ordinal)
        .Replace("{old}", Replaced[0].Name, StringComparison.Ordinal)
        .Replace("{number}", tables.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{name}", tables.Name, StringComparison.Ordinal)
        .Replace("{checksum}", tables.Checksum, StringComparison.Ordinal)
        .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
        .Replace("{functions}", SchemaFunction.TextsFor(functions, Text), StringComparison.Ordinal)
        .Replace("{text}", Text.TrimEnd(), StringComparison.Ordinal);
}
