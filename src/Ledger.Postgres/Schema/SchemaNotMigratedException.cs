namespace Ledger.Postgres.Schema;

/// <summary>The database lacks migrations or functions that this program needs.</summary>
public sealed class SchemaNotMigratedException : Exception
{
    private const int MostNames = 5;

    /// <summary>States what is missing.</summary>
    public SchemaNotMigratedException(string schema, IReadOnlyList<MigrationStatus> missing, IReadOnlyList<FunctionStatus> missingFunctions)
        : base($"Schema '{schema}' is not up to date: it lacks {string.Join(", ", NamesOf(missing ?? [], missingFunctions ?? []))}. "
            + "Run 'ledger migrate apply', or set AutoMigrate.AtStart to migrate when the application starts.")
    {
        Schema = schema;
        Missing = missing ?? [];
        MissingFunctions = missingFunctions ?? [];
    }

    /// <summary>Ledger's own schema.</summary>
    public string Schema { get; }

    /// <summary>The migrations to apply, in order.</summary>
    public IReadOnlyList<MigrationStatus> Missing { get; }

    /// <summary>The functions that are missing or have another text, by name.</summary>
    public IReadOnlyList<FunctionStatus> MissingFunctions { get; }

    // A new database lacks all functions; naming the migrations is enough.
    private static IEnumerable<string> NamesOf(IReadOnlyList<MigrationStatus> missing, IReadOnlyList<FunctionStatus> functions) => missing.Count > 0
        ? missing.Select(m => $"'{m.FileName}'")
        : functions.Count > MostNames ? [$"the current text of {functions.Count} functions"]
        : functions.Select(function => $"the current text of function '{function.Name}'");
}
