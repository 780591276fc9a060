using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Explorer.Projections;

/// <summary>A dead letter with its event.</summary>
/// <param name="Letter">The dead letter.</param>
/// <param name="Event">The event that could not be applied; null if it is no longer in the log.</param>
/// <param name="Others">How many other dead letters the projection has.</param>
internal sealed record LetterModel(DeadLetter Letter, RecordedEvent? Event, int Others);
