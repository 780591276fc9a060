namespace Ledger.Postgres.Schema;

/// <summary>The comparison of a database with the result of the migrations.</summary>
/// <param name="Differences">What differs; empty when all is well.</param>
/// <param name="Notes">What another version of Marten has added or changed in its tables and Ledger does not rely on; no fault.</param>
public sealed record SchemaReport(IReadOnlyList<SchemaDifference> Differences, IReadOnlyList<SchemaDifference> Notes);
