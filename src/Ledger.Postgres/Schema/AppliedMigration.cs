namespace Ledger.Postgres.Schema;

/// <summary>A database's record of one migration.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Checksum, DateTimeOffset AppliedAt, string AppliedBy);
