namespace Ledger.Postgres.Log;

/// <summary>Reads a page from a place on, and hands over each event as it comes.</summary>
internal delegate Task<PageRead> PageReader(long next, int rows, Action<RecordedEvent> add, CancellationToken cancellationToken);
