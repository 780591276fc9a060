namespace Ledger.Postgres.Schema;

/// <summary>How a function in a database compares with the program's.</summary>
public enum FunctionState
{
    /// <summary>The database does not have it, or has it with another text; <see cref="LedgerMigrator.ApplyAsync"/> makes it.</summary>
    Pending,

    /// <summary>The database has it, with the program's text.</summary>
    Applied,

    /// <summary>The database has it from this or an older program, and this one no longer has it; <see cref="LedgerMigrator.ApplyAsync"/> drops it.</summary>
    Obsolete,

    /// <summary>A newer program has applied or dropped it; it stays as it is.</summary>
    Newer,
}
