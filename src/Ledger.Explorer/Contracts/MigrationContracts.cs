using System.Text.Json;
using Ledger.Postgres.Schema;

namespace Ledger.Explorer.Contracts;

/// <summary>A migration, a function, or a thing of the schema that an update changed.</summary>
/// <param name="Kind">migration, function, or part for anything else of the schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state, or what was done: applied, adopted, dropped or mended.</param>
/// <param name="Number">The number of a migration.</param>
/// <param name="Checksum">The checksum of its text.</param>
/// <param name="AppliedAt">When it was applied.</param>
/// <param name="AppliedBy">The version of the program that applied it.</param>
internal sealed record MigrationContract(
    string Kind,
    string Name,
    string State,
    int? Number = null,
    string? Checksum = null,
    DateTimeOffset? AppliedAt = null,
    string? AppliedBy = null)
{
    public static MigrationContract Of(MigrationStatus migration) => new(
        "migration",
        migration.Name,
        migration.State.ToString().ToLowerInvariant(),
        migration.Number,
        migration.Checksum,
        migration.AppliedAt,
        migration.AppliedBy);

    public static MigrationContract Of(FunctionStatus function) => new(
        "function",
        function.Name,
        function.State.ToString().ToLowerInvariant(),
        Checksum: function.Checksum,
        AppliedAt: function.AppliedAt,
        AppliedBy: function.AppliedBy);

    /// <summary>What a run of the migrations did.</summary>
    public static IReadOnlyList<MigrationContract> Of(MigrationRun run) =>
    [
        .. run.Adopted is { } last ? [new MigrationContract("migration", last, "adopted")] : Array.Empty<MigrationContract>(),
        .. run.Select(Of),
        .. run.Functions.Select(name => new MigrationContract("function", name, "applied")),
        .. run.DroppedFunctions.Select(name => new MigrationContract("function", name, "dropped")),
        .. run.Mended.Select(difference => new MigrationContract("part", difference.Subject, "mended")),
    ];
}

/// <summary>A difference between the schema and what the migrations create.</summary>
internal sealed record SchemaDifferenceContract(string Kind, string Subject, string Message, string? Expected = null, string? Actual = null)
{
    public static SchemaDifferenceContract Of(SchemaDifference difference) => new(
        JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.Kind.ToString()),
        difference.Subject,
        difference.Message,
        difference.Expected,
        difference.Actual);
}

/// <summary>The numbers of a log that were repaired, and those that do not agree yet.</summary>
internal sealed record RepairContract(IReadOnlyList<SchemaDifferenceContract> Mended, IReadOnlyList<SchemaDifferenceContract> Left);

/// <summary>How many events were read to tag them, and how many tags were added.</summary>
internal sealed record TaggingContract(long Events, long Tags);

/// <summary>All migrations and functions as one script.</summary>
internal sealed record ScriptContract(string Script);
