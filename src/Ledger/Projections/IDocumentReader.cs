namespace Ledger.Projections;

/// <summary>Reads the documents of projections; implemented by every engine that stores documents.</summary>
/// <remarks>A capability of an engine: see <see cref="Log.IEventStore.Get{T}"/> and <see cref="DocumentExtensions"/>. Safe for concurrent use.</remarks>
public interface IDocumentReader
{
    /// <summary>The newest state of a stream: its document, plus the events appended without updating it.</summary>
    /// <remarks>Without a document, as for a branch, all events are folded.</remarks>
    /// <param name="snapshot">The snapshot; it need not run inline in this store.</param>
    /// <param name="stream">The stream; without events the state is the initial one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<AggregateState<T>> LoadAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class;

    /// <summary>Reads a document by id; null if there is none.</summary>
    /// <remarks>It includes every event that was appended with the projection. Events appended without it are added by the next append
    /// to the same stream, and by a rebuild.</remarks>
    /// <param name="projection">The projection that writes the documents.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<T?> LoadAsync<T>(DocumentProjection<T> projection, string id, CancellationToken cancellationToken = default)
        where T : class;
}
