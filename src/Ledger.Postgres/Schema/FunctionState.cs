namespace Ledger.Postgres.Schema;

/// <summary>How a function in a database compares with the program's.</summary>
public enum FunctionState
{
    /// <summary>The function is missing from the database or has another text; <see cref="LedgerMigrator.ApplyAsync"/> creates it.</summary>
    Pending,

    /// <summary>The function is in the database, with the program's text.</summary>
    Applied,

    /// <summary>The function comes from this or an older program, which no longer has it; <see cref="LedgerMigrator.ApplyAsync"/> drops it.</summary>
    Obsolete,

    /// <summary>A newer program has applied or dropped it; it stays as it is.</summary>
    Newer,
}
