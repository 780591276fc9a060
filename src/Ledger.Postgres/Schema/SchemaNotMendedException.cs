using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>Something that a migration made is gone, and the server refused to make it again; the transaction was rolled back.</summary>
public sealed class SchemaNotMendedException : Exception
{
    /// <summary>States the missing objects and the server's message.</summary>
    public SchemaNotMendedException(string schema, IReadOnlyList<SchemaDifference> missing, PostgresException fault)
        : base($"Schema '{schema}' lacks {string.Join(", ", (missing ?? []).Select(difference => $"the {difference.Subject}"))}, and it could not "
            + $"be made again: {fault?.MessageText} ({fault?.SqlState}). Nothing was changed. Correct that and run 'ledger migrate apply' again.", fault)
    {
        Schema = schema;
        Missing = missing ?? [];
    }

    /// <summary>Ledger's own schema.</summary>
    public string Schema { get; }

    /// <summary>The missing objects.</summary>
    public IReadOnlyList<SchemaDifference> Missing { get; }
}
