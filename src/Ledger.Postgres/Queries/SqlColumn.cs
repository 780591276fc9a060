namespace Ledger.Postgres.Queries;

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name; several columns may have one.</param>
/// <param name="Type">Its type as PostgreSQL names it, such as <c>bigint</c> or <c>text[]</c>.</param>
public sealed record SqlColumn(string Name, string Type);
