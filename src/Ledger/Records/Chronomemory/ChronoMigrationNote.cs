namespace Ledger.Records.Chronomemory;

/// <summary>An item in the files of a migration that does not become a record.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Index">The item's place in the file, from 0; null for the file as a whole.</param>
/// <param name="Reason">Why, as the rest of a sentence.</param>
public sealed record ChronoMigrationNote(string File, int? Index, string Reason);
