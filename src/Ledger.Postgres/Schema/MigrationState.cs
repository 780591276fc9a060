namespace Ledger.Postgres.Schema;

/// <summary>Where a migration stands in a database.</summary>
public enum MigrationState
{
    /// <summary>The program knows it, the database does not have it.</summary>
    Pending,

    /// <summary>The database has it, with the text that the program knows.</summary>
    Applied,

    /// <summary>The database has it with another text: it, or the program's file, was changed afterwards.</summary>
    Changed,

    /// <summary>The database has it, and the program is too old to know it.</summary>
    Unknown,
}
