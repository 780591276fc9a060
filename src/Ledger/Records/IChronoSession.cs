using Ledger.Log;

namespace Ledger.Records;

/// <summary>The operations of an engine on one record store.</summary>
/// <remarks>
/// Safe for concurrent use, except that <see cref="TryWriteAsync"/> has one caller at a time. The caller computes the rows; an engine
/// does not interpret events. Archived events are read as if they were still in the stream.
/// </remarks>
internal interface IChronoSession : IAsyncDisposable
{
    /// <summary>The stream.</summary>
    StreamName Stream { get; }

    /// <summary>The current place of the store.</summary>
    Task<ChronoPlace> GetPlaceAsync(CancellationToken cancellationToken);

    /// <summary>The current place of the store, and the row of a record, or null.</summary>
    Task<(ChronoPlace Place, ChronoRow? Row)> FindRowAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>The rows that match a filter, in order.</summary>
    IAsyncEnumerable<ChronoRow> ReadRowsAsync(RowFilter filter, CancellationToken cancellationToken);

    /// <summary>The number of active records.</summary>
    Task<long> CountActiveAsync(CancellationToken cancellationToken);

    /// <summary>The events from one version to another, inclusive.</summary>
    IAsyncEnumerable<RecordedEvent> ReadEventsAsync(long from, long to, CancellationToken cancellationToken);

    /// <summary>The events about a record, and whether each was applied.</summary>
    IAsyncEnumerable<(RecordedEvent Event, bool IsApplied)> ReadHistoryAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>The pairs of events and records up to a version, in any order.</summary>
    IAsyncEnumerable<RecordChange> ReadChangesAsync(long to, CancellationToken cancellationToken);

    /// <summary>Events of this stream by their ids, in version order.</summary>
    Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Passes the hashed texts and hashes of the chain's events to a verifier until it stops.</summary>
    Task VerifyAsync(long from, long to, ChainVerifier verifier, CancellationToken cancellationToken);

    /// <summary>The version of the first event of the chain after a version whose text was masked; null if there is none.</summary>
    Task<long?> FindErasedAsync(long after, CancellationToken cancellationToken);

    /// <summary>Refuses a caller whose context does not allow a write; called in that context, because writes of several callers are sent together.</summary>
    void CheckCaller()
    {
    }

    /// <summary>Writes a batch if the store is still at the batch's starting place; returns whether it was.</summary>
    /// <remarks>Also false if an event of the batch is in the log already.</remarks>
    /// <exception cref="StreamArchivedException">The stream is archived.</exception>
    Task<bool> TryWriteAsync(ChronoBatch batch, CancellationToken cancellationToken);

    /// <summary>Runs work in a transaction that locks out other writers of the store.</summary>
    /// <param name="work">The work; repeated after a lost connection, so it must check whether it was already done.</param>
    /// <param name="cancellationToken">Rolls it back.</param>
    Task<T> WithLockAsync<T>(Func<IChronoTransaction, Task<T>> work, CancellationToken cancellationToken);
}
