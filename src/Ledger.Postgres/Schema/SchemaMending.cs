namespace Ledger.Postgres.Schema;

/// <summary>Objects of the migrations that are missing from a schema, and the statements that create them again.</summary>
/// <remarks>
/// Marten's <c>CompletelyRemoveAllAsync</c> drops its tables, and PostgreSQL with them every view, foreign key and function that needs them.
/// The record of migrations remains, and still shows all as applied.
/// </remarks>
internal sealed class SchemaMending
{
    private const int Column = 0;
    private const int Constraint = 1;
    private const int Index = 2;
    private const int ForeignKey = 3;
    private const int Trigger = 4;

    private SchemaMending(IReadOnlyList<SchemaDifference> missing, IReadOnlyList<string> statements)
    {
        Missing = missing;
        Statements = statements;
    }

    /// <summary>The missing objects that can be created again.</summary>
    internal IReadOnlyList<SchemaDifference> Missing { get; }

    /// <summary>Makes it, in this order, with the names of the schemas.</summary>
    internal IReadOnlyList<string> Statements { get; }

    /// <summary>Looks for whole objects of these migrations and functions, ignoring later ones.</summary>
    internal static SchemaMending OfObjects(
        SchemaCatalog catalog,
        SchemaNames schemas,
        IReadOnlyList<Migration> migrations,
        IReadOnlyList<SchemaFunction> functions) =>
        Of(catalog, schemas, SchemaDefinitions.Of(migrations, functions), []);

    /// <summary>Looks for tables, views and sequences that the migrations before <c>0001_tables</c> made, which the adoption changes.</summary>
    /// <remarks>They are created in their current form. Their triggers are created after the adoption, when their functions exist.</remarks>
    internal static SchemaMending OfAdopted(SchemaCatalog catalog, SchemaNames schemas, Migration tables)
    {
        var later = SchemaDefinitions.Of([SchemaAdoption.Text]).Select(definition => definition.Name).ToHashSet(StringComparer.Ordinal);
        var definitions = SchemaDefinitions.Of([tables], [])
            .Where(definition => !later.Contains(definition.Name))
            .Select(definition => definition with { Statements = [.. definition.Statements.Where(statement => !IsTrigger(statement))] });
        return Of(catalog, schemas, [.. definitions], []);
    }

    /// <summary>Looks for all that the program's migrations made, parts of tables included.</summary>
    internal static SchemaMending OfAll(SchemaCatalog catalog, SchemaNames schemas) =>
        Of(catalog, schemas, SchemaDefinitions.Of(Migration.All, SchemaFunction.All), SchemaComparison.Missing(catalog));

    private static SchemaMending Of(
        SchemaCatalog catalog,
        SchemaNames schemas,
        IReadOnlyList<SchemaDefinition> definitions,
        List<(CatalogEntry Entry, SchemaDifference Difference)> known)
    {
        var actual = catalog.Actual.Where(entry => entry.Part is null).Select(NameOf).ToHashSet();
        var lost = known.Where(found => found.Entry.Part is null).Select(found => NameOf(found.Entry)).ToHashSet();
        var objects = definitions
            .Select(definition => (Name: (definition.Kind, Name: catalog.Fill(definition.Name)), Definition: definition))
            .Where(found => !actual.Contains(found.Name) || lost.Contains(found.Name))
            .ToList();
        var parts = known.Where(found => IsPartOfTable(found.Entry, actual)).ToList();
        if (objects.Count == 0 && parts.Count == 0)
        {
            return new SchemaMending([], []);
        }

        // A view reads the columns and may call functions, a foreign key needs the other table's key, and a trigger the function that it calls.
        var made = objects.SelectMany(found => found.Definition.Statements).Select(schemas.Fill).ToLookup(IsTrigger);
        var mended = parts.ToLookup(found => Order(found.Entry), found => StatementOf(found.Entry));
        List<string> statements = [SqlText.Load("MendBegin"), SqlText.Load("PrepareMigrations", schemas)];
        statements.AddRange([.. mended[Column], .. mended[Constraint], .. mended[Index], .. made[false].OrderBy(SchemaFunction.IsViewThatCalls)]);
        if (mended.Contains(ForeignKey))
        {
            statements.Add(SqlText.Load("MendRows", schemas));
        }

        statements.AddRange([.. mended[ForeignKey], .. made[true], .. mended[Trigger]]);
        var named = known.Where(found => parts.Contains(found) || objects.Exists(o => o.Name == NameOf(found.Entry))).ToList();
        var unnamed = objects.Where(o => !named.Exists(found => NameOf(found.Entry) == o.Name))
            .Select(o => new SchemaDifference(DifferenceKind.Missing, $"{o.Name.Kind} '{o.Name.Name}'", ""));
        return new SchemaMending([.. named.Select(found => found.Difference), .. unnamed], statements);
    }

    // A routine's name in the catalog has the types of its arguments.
    private static (string Kind, string Name) NameOf(CatalogEntry entry) =>
        (entry.Kind, entry.Kind is "function" or "procedure" ? entry.Object[..entry.Object.LastIndexOf('(')] : entry.Object);

    private static bool IsPartOfTable(CatalogEntry entry, HashSet<(string, string)> actual) =>
        entry.Kind is "column" or "index" or "constraint" or "trigger" && actual.Contains(("table", entry.Object));

    private static bool IsTrigger(string statement) =>
        statement.StartsWith("create trigger ", StringComparison.Ordinal) || statement.StartsWith("create constraint trigger ", StringComparison.Ordinal);

    private static int Order(CatalogEntry entry) => entry.Kind switch
    {
        "column" => Column,
        "constraint" => entry.Definition.StartsWith("FOREIGN KEY", StringComparison.Ordinal) ? ForeignKey : Constraint,
        "index" => Index,
        _ => Trigger,
    };

    // The server's definition of an index or a trigger is the statement that creates it.
    private static string StatementOf(CatalogEntry entry) => entry.Kind switch
    {
        "column" => Fill("MendColumn", entry),
        "constraint" => Fill("MendConstraint", entry),
        _ => $"{entry.Definition};",
    };

    private static string Fill(string template, CatalogEntry entry) => SqlText.Load(template)
        .Replace("{table}", entry.Object, StringComparison.Ordinal)
        .Replace("{part}", $"\"{entry.Part!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", StringComparison.Ordinal)
        .Replace("{definition}", entry.Definition.Replace("default of any value", "default now()", StringComparison.Ordinal), StringComparison.Ordinal);
}
