using Ledger.Events;

namespace Ledger.Projections;

/// <summary>A <see cref="Snapshot{T}"/> without its type.</summary>
internal interface ISnapshot : IDocuments
{
    object Initial { get; }

    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    object Evolve(object state, RecordedEvent recorded);
}
