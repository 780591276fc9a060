namespace Ledger.Projections;

/// <summary>A <see cref="DocumentProjection{T}"/> without its type.</summary>
internal interface IDocumentProjection : IDocuments
{
    /// <summary>The ids of the documents that an event is about, each once.</summary>
    /// <exception cref="ProjectionFailedException">The application's function threw, or returned no id.</exception>
    IReadOnlyList<string> IdsOf(RecordedEvent recorded);

    /// <summary>A document after an event; null if it is deleted.</summary>
    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    object? Evolve(object? document, RecordedEvent recorded);
}
