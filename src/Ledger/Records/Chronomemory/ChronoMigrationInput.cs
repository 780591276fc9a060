namespace Ledger.Records.Chronomemory;

/// <summary>The content of the files of a migration.</summary>
internal sealed record ChronoMigrationInput(IReadOnlyList<ChronoRecord> Records, IReadOnlyList<ChronoMigrationNote> Notes);
