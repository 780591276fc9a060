namespace Ledger.Records;

/// <summary>A store while nobody else writes to it.</summary>
internal interface IChronoTransaction
{
    /// <summary>Where the store stands, with what was written here.</summary>
    ChronoPlace Place { get; }

    /// <summary>The rows of records, as far as there are any.</summary>
    Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys);

    /// <summary>Rows in order, from behind an ordinal, at most so many.</summary>
    Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count);

    /// <summary>The events from a version on, at most so many.</summary>
    Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count);

    /// <summary>Events of this stream by their ids.</summary>
    Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids);

    /// <summary>Appends the batch's events and writes its rows.</summary>
    /// <returns>False where an event of the batch is in the log already; nothing is to be written then.</returns>
    Task<bool> WriteAsync(ChronoBatch batch);

    /// <summary>Takes the events up to a version out of the stream.</summary>
    /// <returns>How many of them are events of the chain.</returns>
    Task<long> ArchiveAsync(long to, CompactedHistory history);

    /// <summary>Removes all rows, and what is known of who changed what; they can be written again then, also where events were rewritten.</summary>
    Task ClearRowsAsync();
}
