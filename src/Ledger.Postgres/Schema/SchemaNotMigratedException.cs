namespace Ledger.Postgres.Schema;

/// <summary>The database lacks migrations that this program needs.</summary>
public sealed class SchemaNotMigratedException : Exception
{
    /// <summary>States what is missing.</summary>
    public SchemaNotMigratedException(string schema, IReadOnlyList<MigrationStatus> missing)
        : base($"Schema '{schema}' is not up to date: it lacks {string.Join(", ", missing.Select(m => $"'{m.FileName}'"))}. "
            + "Run 'ledger migrate apply', or let the application do it at its start with AutoMigrate.AtStart.")
    {
        Schema = schema;
        Missing = missing;
    }

    /// <summary>Ledger's own schema.</summary>
    public string Schema { get; }

    /// <summary>The migrations to apply, in order.</summary>
    public IReadOnlyList<MigrationStatus> Missing { get; }
}
