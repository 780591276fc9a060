namespace Ledger.Postgres.Schema;

/// <summary>A function or procedure of Ledger's, and how the database's compares with the program's.</summary>
/// <param name="Name">Its name, without the schema.</param>
/// <param name="State">How they compare.</param>
/// <param name="Checksum">SHA-256 of its file in hexadecimal digits: the program's, or the database's if only that has the function.</param>
/// <param name="AppliedAt">When the database took it, or null.</param>
/// <param name="AppliedBy">The version of the program that applied it, or null.</param>
public sealed record FunctionStatus(
    string Name,
    FunctionState State,
    string Checksum,
    DateTimeOffset? AppliedAt = null,
    string? AppliedBy = null)
{
    /// <summary>Compares the program's functions with the database's record, by name.</summary>
    /// <param name="known">The program's.</param>
    /// <param name="applied">The database's.</param>
    /// <param name="isAhead">Whether the database has migrations that the program does not know.</param>
    internal static IReadOnlyList<FunctionStatus> Join(IReadOnlyList<SchemaFunction> known, IReadOnlyList<AppliedFunction> applied, bool isAhead)
    {
        var statuses = new List<FunctionStatus>();
        var unseen = applied.ToDictionary(function => function.Name, StringComparer.Ordinal);
        foreach (var function in known)
        {
            if (!unseen.Remove(function.Name, out var row))
            {
                statuses.Add(new(function.Name, isAhead ? FunctionState.Newer : FunctionState.Pending, function.Checksum));
                continue;
            }

            var state = row.Checksum == function.Checksum ? FunctionState.Applied
                : isAhead || IsNewer(row.AppliedBy) ? FunctionState.Newer
                : FunctionState.Pending;
            statuses.Add(new(function.Name, state, function.Checksum, row.AppliedAt, row.AppliedBy));
        }

        statuses.AddRange(unseen.Values.Select(row => new FunctionStatus(
            row.Name,
            isAhead || IsNewer(row.AppliedBy) ? FunctionState.Newer : FunctionState.Obsolete,
            row.Checksum,
            row.AppliedAt,
            row.AppliedBy)));
        return [.. statuses.OrderBy(status => status.Name, StringComparer.Ordinal)];
    }

    private static bool IsNewer(string version) => Version.TryParse(version, out var other) && other > Version.Parse(Migration.ProgramVersion);
}
