namespace Ledger.Records.Chronomemory;

/// <summary>What the files of a migration hold.</summary>
internal sealed record ChronoMigrationInput(IReadOnlyList<ChronoRecord> Records, IReadOnlyList<ChronoMigrationNote> Notes);
