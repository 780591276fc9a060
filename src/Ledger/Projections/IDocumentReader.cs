namespace Ledger.Projections;

/// <summary>Reads what projections keep as documents.</summary>
/// <remarks>A capability of an engine: see <see cref="Log.IEventStore.Get{T}"/> and <see cref="DocumentExtensions"/>. Safe for concurrent use.</remarks>
public interface IDocumentReader
{
    /// <summary>The newest state of a stream: its document, and what was appended without it.</summary>
    /// <remarks>Where there is no document, as for a branch, all events are folded.</remarks>
    /// <param name="snapshot">Whose documents; it need not run inline in this store.</param>
    /// <param name="stream">The stream; with no events the state is the initial one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<AggregateState<T>> LoadAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class;

    /// <summary>A document, or null when there is none.</summary>
    /// <remarks>It stands for every event that was appended with the projection; what was appended without it is added by the next append
    /// to the same stream, and by a rebuild.</remarks>
    /// <param name="projection">Whose documents.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<T?> LoadAsync<T>(DocumentProjection<T> projection, string id, CancellationToken cancellationToken = default)
        where T : class;
}
