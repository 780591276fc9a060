namespace Ledger.Postgres.Schema;

/// <summary>Nothing was applied, because the schema is older than those that this program can take over.</summary>
public sealed class SchemaTooOldException : Exception
{
    /// <summary>States where the schema is, and where it must be.</summary>
    public SchemaTooOldException(string schema, string last, string first)
        : base($"Schema '{schema}' ends with migration '{last}', and this version of Ledger takes over schemas from '{first}' on: run 'ledger migrate "
            + "apply' of the previous version first.")
    {
        Schema = schema;
        Last = last;
        First = first;
    }

    /// <summary>Ledger's own schema.</summary>
    public string Schema { get; }

    /// <summary>The last migration that the schema has.</summary>
    public string Last { get; }

    /// <summary>The migration that it must have at least.</summary>
    public string First { get; }
}
