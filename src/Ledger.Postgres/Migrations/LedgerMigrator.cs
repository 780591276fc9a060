namespace Ledger.Postgres.Migrations;

/// <summary>Brings the schema of a database up to date.</summary>
public sealed class LedgerMigrator;
