namespace Ledger.Postgres.Schema;

/// <summary>Where a migration stands in a database.</summary>
public enum MigrationState
{
    /// <summary>The program knows it, the database does not have it.</summary>
    Pending,

    /// <summary>The migration is applied, with the program's text.</summary>
    Applied,

    /// <summary>The migration is applied with another text: the record or the program's file was changed afterwards.</summary>
    Changed,

    /// <summary>The migration is applied, and the program is too old to know it.</summary>
    Unknown,
}
