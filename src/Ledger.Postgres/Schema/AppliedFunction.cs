namespace Ledger.Postgres.Schema;

/// <summary>What a database records of one function.</summary>
internal sealed record AppliedFunction(string Name, string Checksum, DateTimeOffset AppliedAt, string AppliedBy);
