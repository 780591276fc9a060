namespace Ledger.Projections;

/// <summary>A <see cref="DocumentProjection{T}"/> without its type.</summary>
internal interface IDocumentProjection : IDocuments
{
    /// <summary>The documents that an event is about, each once.</summary>
    /// <exception cref="ProjectionFailedException">The application's function threw, or gave no id where there must be one.</exception>
    IReadOnlyList<string> IdsOf(RecordedEvent recorded);

    /// <summary>A document behind an event; null when there is none.</summary>
    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    object? Evolve(object? document, RecordedEvent recorded);
}
