namespace Ledger.Postgres.Schema;

/// <summary>Nothing was applied, because migrations that the database has do not have the text that this program knows.</summary>
public sealed class MigrationChecksumException : Exception
{
    /// <summary>Names the changed migrations.</summary>
    public MigrationChecksumException(string schema, IReadOnlyList<MigrationStatus> changed)
        : base($"Schema '{schema}' has {string.Join(", ", changed.Select(m => $"'{m.FileName}'"))} with another text than this program. "
            + "Nothing was applied. Use the program that made the schema; 'ledger migrate assert' names what differs.")
    {
        Schema = schema;
        Changed = changed;
    }

    /// <summary>Ledger's own schema.</summary>
    public string Schema { get; }

    /// <summary>The migrations whose text differs.</summary>
    public IReadOnlyList<MigrationStatus> Changed { get; }
}
