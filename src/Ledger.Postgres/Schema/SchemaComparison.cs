using Ledger.Postgres.Queries;
using Ledger.Postgres.Roles;

namespace Ledger.Postgres.Schema;

/// <summary>Lists the differences between a database and the result of the migrations.</summary>
internal static class SchemaComparison
{
    private const string AsOwner = " security definer";
    private const string FixedPath = " set search_path=pg_catalog, pg_temp";

    /// <summary>The differences of the record of migrations and functions, then those of the schemas, sorted by name.</summary>
    internal static SchemaReport Compare(
        IReadOnlyList<MigrationStatus> migrations,
        IReadOnlyList<FunctionStatus> functions,
        IReadOnlyList<AppliedMigration> applied,
        SchemaCatalog catalog)
    {
        // Pending migrations come with pending functions.
        var recorded = migrations.Select(migration => DifferenceOf(migration, applied))
            .Concat(migrations.Any(migration => migration.State == MigrationState.Pending) ? [] : functions.Select(DifferenceOf))
            .OfType<SchemaDifference>();
        var actual = catalog.Actual.ToDictionary(entry => entry.Key);
        var expected = catalog.Expected.ToDictionary(entry => entry.Key);
        var sorted = Missing(catalog, actual)
            .Concat(Different(catalog, actual))
            .Concat(Extra(catalog, expected))
            .OrderBy(found => found.Entry.Object, StringComparer.Ordinal)
            .ThenBy(found => found.Entry.Part, StringComparer.Ordinal)
            .Select(found => found.Difference)
            .ToLookup(difference => difference.Kind == DifferenceKind.LeftToMarten);
        return new SchemaReport([.. recorded, .. sorted[false]], [.. sorted[true]]);
    }

    /// <summary>The objects that the database lacks; an object that is missing as a whole is named once, not for each of its parts.</summary>
    internal static List<(CatalogEntry Entry, SchemaDifference Difference)> Missing(SchemaCatalog catalog) =>
        [.. Missing(catalog, catalog.Actual.ToDictionary(entry => entry.Key)).Select(found => (found.Entry, found.Difference))];

    private static SchemaDifference? DifferenceOf(MigrationStatus migration, IReadOnlyList<AppliedMigration> applied)
    {
        var subject = $"migration '{migration.FileName}'";
        return migration.State switch
        {
            MigrationState.Pending => new(DifferenceKind.MigrationPending, subject, migration.Checksum),
            MigrationState.Changed => new(
                DifferenceKind.MigrationChanged, subject, migration.Checksum, applied.Single(a => a.Number == migration.Number).Checksum),
            MigrationState.Unknown => new(DifferenceKind.MigrationUnknown, subject, Actual: migration.AppliedBy),
            _ => null,
        };
    }

    private static SchemaDifference? DifferenceOf(FunctionStatus function) => function.State switch
    {
        FunctionState.Pending => new(DifferenceKind.MigrationPending, $"function '{function.Name}'", function.Checksum),
        FunctionState.Obsolete => new(DifferenceKind.MigrationPending, $"removal of function '{function.Name}'"),
        FunctionState.Newer when function.AppliedBy is { } version => new(DifferenceKind.MigrationUnknown, $"text of function '{function.Name}'", Actual: version),
        _ => null,
    };

    private static IEnumerable<Found> Missing(
        SchemaCatalog catalog,
        Dictionary<(string Kind, string Object, string? Part), CatalogEntry> actual)
    {
        var missing = catalog.Expected.Where(entry => !actual.ContainsKey(entry.Key)).ToList();
        var schemas = missing.Where(entry => entry.Kind == "schema").Select(entry => entry.Object).ToHashSet(StringComparer.Ordinal);
        var wholes = missing.Where(entry => entry.Part is null).Select(entry => entry.Object).ToHashSet(StringComparer.Ordinal);
        return missing
            .Where(entry => !catalog.IsWithin(entry, schemas) && (entry.Part is null || !wholes.Contains(entry.Object)))
            .Select(entry => new Found(entry, new(DifferenceKind.Missing, entry.Subject, SpeaksForItself(entry) ? "" : entry.Definition)));
    }

    private static IEnumerable<Found> Different(
        SchemaCatalog catalog,
        Dictionary<(string Kind, string Object, string? Part), CatalogEntry> actual)
    {
        foreach (var entry in catalog.Expected)
        {
            if (actual.TryGetValue(entry.Key, out var found) && found.Definition != entry.Definition && !IsSameCheck(entry, found) && !IsByRoles(entry, found))
            {
                var kind = catalog.Marten.MayDefine(entry) ? DifferenceKind.LeftToMarten : DifferenceKind.Different;
                yield return new(entry, new(kind, entry.Subject, entry.Definition, found.Definition));
            }
        }
    }

    private static IEnumerable<Found> Extra(
        SchemaCatalog catalog,
        Dictionary<(string Kind, string Object, string? Part), CatalogEntry> expected)
    {
        var ours = expected.Keys.Where(key => key.Part is null && !catalog.Documents.Contains(key.Object)).Select(key => key.Object).ToHashSet(StringComparer.Ordinal);
        return catalog.Actual
            .Where(entry => !expected.ContainsKey(entry.Key)
                && !IsOptional(entry)
                && !catalog.Marten.MayIndex(entry)
                && (catalog.Marten.MayAdd(entry) || (entry.Part is null ? catalog.IsForeign(entry) : ours.Contains(entry.Object))))
            .Select(entry => new Found(
                entry,
                new(
                    catalog.Marten.MayAdd(entry) ? DifferenceKind.LeftToMarten : DifferenceKind.Extra,
                    entry.Subject,
                    Actual: SpeaksForItself(entry) ? "" : entry.Definition)));
    }

    // An index that index_worlds or index_events creates on request, or that an application has declared for the documents of worlds; the triggers that are made with roles,
    // which LedgerRoles checks, with quotas, or when a tenant moves; and what the role of Marten's daemon sees, which TenancyGuard checks.
    private static bool IsOptional(CatalogEntry entry) => entry.Kind switch
    {
        "index" => entry.Part == "ix_world_object_data" || EventIndexes.Names.Contains(entry.Part) || entry.Object.EndsWith(".mt_doc_ledger_world", StringComparison.Ordinal),
        "trigger" => RoleGrants.Triggers.Contains(entry.Part!) || RoleGrants.TriggersOfQuotas.Contains(entry.Part!)
            || (entry.Part!.StartsWith("tr_moved_", StringComparison.Ordinal) && entry.Definition.Contains("tenant_has_moved_v1()", StringComparison.Ordinal)),
        "policy" => entry.Part == "tenant_all" && entry.Definition.StartsWith("permissive for * to some ", StringComparison.Ordinal),
        _ => false,
    };

    // A dump writes 'between' within an 'and' without the parentheses that it had.
    private static bool IsSameCheck(CatalogEntry expected, CatalogEntry found) =>
        expected.Kind == "constraint"
        && expected.Definition.StartsWith("CHECK ", StringComparison.Ordinal)
        && WithoutParentheses(expected.Definition) == WithoutParentheses(found.Definition);

    private static string WithoutParentheses(string check) =>
        check.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);

    // Where roles were made, the functions that they call run as their owner, never without a fixed search path.
    private static bool IsByRoles(CatalogEntry expected, CatalogEntry found) =>
        expected.Kind == "function"
        && RoleGrants.Functions.Any(function => expected.Object.Contains($".{function.Name}(", StringComparison.Ordinal))
        && found.Definition.EndsWith(FixedPath, StringComparison.Ordinal)
        && found.Definition[..^FixedPath.Length].Replace(AsOwner, "", StringComparison.Ordinal) is var rest
        && rest.Length + AsOwner.Length + FixedPath.Length == found.Definition.Length
        && rest == expected.Definition;

    private static bool SpeaksForItself(CatalogEntry entry) => entry.Kind is "schema" or "table" or "view" or "function" or "procedure";

    private sealed record Found(CatalogEntry Entry, SchemaDifference Difference);
}
