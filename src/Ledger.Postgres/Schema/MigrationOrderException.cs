namespace Ledger.Postgres.Schema;

/// <summary>Nothing was applied, because the database has a later migration than one that is pending.</summary>
public sealed class MigrationOrderException : Exception
{
    /// <summary>Names the pending and the later migration.</summary>
    public MigrationOrderException(string schema, MigrationStatus pending, MigrationStatus later)
        : base($"Schema '{schema}' lacks '{pending.FileName}' but has '{later.FileName}', which comes later. "
            + "Nothing was applied, because migrations only go forward; 'ledger migrate assert' names what differs.")
    {
        Schema = schema;
        Pending = pending;
        Later = later;
    }

    /// <summary>Ledger's own schema.</summary>
    public string Schema { get; }

    /// <summary>The migration that the database lacks.</summary>
    public MigrationStatus Pending { get; }

    /// <summary>A migration that the database has.</summary>
    public MigrationStatus Later { get; }
}
