namespace Ledger.Postgres.Schema;

/// <summary>A database's record of one function.</summary>
internal sealed record AppliedFunction(string Name, string Checksum, DateTimeOffset AppliedAt, string AppliedBy);
