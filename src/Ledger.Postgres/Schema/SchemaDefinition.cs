namespace Ledger.Postgres.Schema;

/// <summary>How the migrations make one table, sequence, view or routine as it is after the last of them.</summary>
/// <param name="Kind">What it is, in the words of <see cref="CatalogEntry"/>.</param>
/// <param name="Name">Its name with tokens for the schemas; of a routine without its arguments.</param>
/// <param name="Statements">In their order, with tokens for the schemas.</param>
internal sealed record SchemaDefinition(string Kind, string Name, IReadOnlyList<string> Statements);
