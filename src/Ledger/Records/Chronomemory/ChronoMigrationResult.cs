namespace Ledger.Records.Chronomemory;

/// <summary>The result of a migration of JSON files.</summary>
/// <param name="Requirements">The number of requirements written.</param>
/// <param name="Testcases">The number of testcases written.</param>
/// <param name="Skipped">The number of items that the store has already, or that stay deleted.</param>
/// <param name="Notes">The items that did not become records.</param>
public sealed record ChronoMigrationResult(int Requirements, int Testcases, int Skipped, IReadOnlyList<ChronoMigrationNote> Notes);
