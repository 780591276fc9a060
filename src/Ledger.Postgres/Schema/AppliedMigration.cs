namespace Ledger.Postgres.Schema;

/// <summary>What a database records of one migration.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Checksum, DateTimeOffset AppliedAt, string AppliedBy);
