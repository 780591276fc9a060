namespace Ledger.Records.Chronomemory;

/// <summary>What a migration of JSON files did.</summary>
/// <param name="Requirements">How many requirements were written.</param>
/// <param name="Testcases">How many testcases were written.</param>
/// <param name="Skipped">How many items the store has already, or keeps deleted.</param>
/// <param name="Notes">What gave no record.</param>
public sealed record ChronoMigrationResult(int Requirements, int Testcases, int Skipped, IReadOnlyList<ChronoMigrationNote> Notes);
