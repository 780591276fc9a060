namespace Ledger.Projections;

/// <summary>A <see cref="Snapshot{T}"/> without its type.</summary>
internal interface ISnapshot : IDocuments
{
    object Initial { get; }

    /// <summary>Starts a fold from a state, for many events.</summary>
    IStateFold BeginFold(object state);

    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    object Evolve(object state, RecordedEvent recorded);
}
