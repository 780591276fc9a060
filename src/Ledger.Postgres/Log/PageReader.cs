namespace Ledger.Postgres.Log;

/// <summary>Reads a page from a given place, and passes on each event as it arrives.</summary>
internal delegate Task<PageRead> PageReader(long next, int rows, Action<RecordedEvent> add, CancellationToken cancellationToken);
