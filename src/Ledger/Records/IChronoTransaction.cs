namespace Ledger.Records;

/// <summary>A store in a transaction that locks out other writers.</summary>
internal interface IChronoTransaction
{
    /// <summary>The stream.</summary>
    StreamName Stream { get; }

    /// <summary>The place of the store, including writes of this transaction.</summary>
    ChronoPlace Place { get; }

    /// <summary>The rows of records that exist.</summary>
    Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys);

    /// <summary>A page of rows in order, after an ordinal.</summary>
    Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count);

    /// <summary>A page of events from a version on.</summary>
    Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count);

    /// <summary>Events of this stream by their ids.</summary>
    Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids);

    /// <summary>An event of another stream that has one of the ids, or null.</summary>
    Task<(Guid Id, StreamName Holder)?> FindElsewhereAsync(IReadOnlyCollection<Guid> ids);

    /// <summary>Appends the batch's events and writes its rows.</summary>
    /// <returns>False if an event of the batch is in the log already; then nothing may be written.</returns>
    Task<bool> WriteAsync(ChronoBatch batch);

    /// <summary>Removes the events up to a version from the stream.</summary>
    /// <returns>The number of chain events among them.</returns>
    Task<long> ArchiveAsync(long to, CompactedHistory history);

    /// <summary>Removes all rows and the index of histories, so that they can be rewritten, even if events were changed.</summary>
    Task ClearRowsAsync();
}
