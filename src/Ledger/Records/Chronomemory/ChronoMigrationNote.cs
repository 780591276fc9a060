namespace Ledger.Records.Chronomemory;

/// <summary>Something in the files of a migration that gives no record.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Index">The item's place in the file, from 0; null where it is the file as a whole.</param>
/// <param name="Reason">Why, as the rest of a sentence.</param>
public sealed record ChronoMigrationNote(string File, int? Index, string Reason);
