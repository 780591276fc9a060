namespace Ledger.Chrono;

/// <summary>What the files of a migration hold.</summary>
internal sealed record ChronoMigrationInput(IReadOnlyList<ChronoRecord> Records, IReadOnlyList<ChronoMigrationNote> Notes);
