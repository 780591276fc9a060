using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Projections;

/// <summary>A <see cref="Snapshot{T}"/> without its type.</summary>
internal interface ISnapshot : IDocuments
{
    object Initial { get; }

    string StreamPrefix { get; }

    bool Takes(StreamName stream);

    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    object Evolve(object state, RecordedEvent recorded);
}
