using Ledger.Log;

namespace Ledger.Records;

/// <summary>What an engine does for one record store.</summary>
/// <remarks>
/// Safe for concurrent use, except that <see cref="TryWriteAsync"/> is called by one at a time. Rows are what the caller says; an engine
/// does not know what an event means. What a compaction took out of the stream is read as if it were still there, unless it was deleted.
/// </remarks>
internal interface IChronoSession : IAsyncDisposable
{
    /// <summary>The stream.</summary>
    StreamName Stream { get; }

    /// <summary>Where the store stands.</summary>
    Task<ChronoPlace> GetPlaceAsync(CancellationToken cancellationToken);

    /// <summary>Where the store stands, and the row of a record, or null.</summary>
    Task<(ChronoPlace Place, ChronoRow? Row)> FindRowAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>The rows in order that a filter leaves.</summary>
    IAsyncEnumerable<ChronoRow> ReadRowsAsync(RowFilter filter, CancellationToken cancellationToken);

    /// <summary>How many records are active.</summary>
    Task<long> CountActiveAsync(CancellationToken cancellationToken);

    /// <summary>The events from a version to another, both included.</summary>
    IAsyncEnumerable<RecordedEvent> ReadEventsAsync(long from, long to, CancellationToken cancellationToken);

    /// <summary>The events about a record, and whether each was applied.</summary>
    IAsyncEnumerable<(RecordedEvent Event, bool IsApplied)> ReadHistoryAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>Which events up to a version are about which records, in any order.</summary>
    IAsyncEnumerable<RecordChange> ReadChangesAsync(long to, CancellationToken cancellationToken);

    /// <summary>Events of this stream by their ids, in the order of versions.</summary>
    Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Hands the hashed texts and hashes of the chain's events to a verifier, until it has seen enough.</summary>
    Task VerifyAsync(long from, long to, ChainVerifier verifier, CancellationToken cancellationToken);

    /// <summary>Refuses a caller whose context does not allow a write; called in that context, because writes of several are sent together.</summary>
    void CheckCaller()
    {
    }

    /// <summary>Writes a batch where the store still stands as the batch says, and answers whether it does.</summary>
    /// <remarks>False also where an event of the batch is in the log already.</remarks>
    /// <exception cref="StreamArchivedException">The stream is archived.</exception>
    Task<bool> TryWriteAsync(ChronoBatch batch, CancellationToken cancellationToken);

    /// <summary>Does something while nobody else writes to the store; all of it is committed, or nothing.</summary>
    /// <param name="work">What to do; done again where the server was away, so it has to look whether it was done.</param>
    /// <param name="cancellationToken">Rolls it back.</param>
    Task<T> WithLockAsync<T>(Func<IChronoTransaction, Task<T>> work, CancellationToken cancellationToken);
}
