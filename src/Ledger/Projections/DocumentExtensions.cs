using Ledger.Log;

namespace Ledger.Projections;

/// <summary>Documents of any store whose engine keeps some.</summary>
public static class DocumentExtensions
{
    /// <summary>The newest state of a stream: its document, and what was appended without it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">Whose documents; it need not run inline in this store.</param>
    /// <param name="stream">The stream; with no events the state is the initial one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="NotSupportedException">The store has no <see cref="IDocumentReader"/>.</exception>
    public static Task<AggregateState<T>> LoadAsync<T>(
        this IEventStore store,
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken = default)
        where T : class => DocumentsOf(store).LoadAsync(snapshot, stream, cancellationToken);

    /// <summary>A document, or null when there is none.</summary>
    /// <param name="store">The store.</param>
    /// <param name="projection">Whose documents.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="NotSupportedException">The store has no <see cref="IDocumentReader"/>.</exception>
    public static Task<T?> LoadAsync<T>(
        this IEventStore store,
        DocumentProjection<T> projection,
        string id,
        CancellationToken cancellationToken = default)
        where T : class => DocumentsOf(store).LoadAsync(projection, id, cancellationToken);

    private static IDocumentReader DocumentsOf(IEventStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Get<IDocumentReader>() ?? throw new NotSupportedException($"The store {store.GetType()} keeps no documents.");
    }
}
