using Ledger.Events;
using Ledger.Projections;
using Ledger.Streams;

namespace Ledger.Conformance.Projections;

/// <summary>What the tests of documents share: a store with the projections of <see cref="ProjectionSamples"/> inline.</summary>
public abstract class ProjectingStoreTests : EventStoreTests
{
    protected IDocumentReader Documents => (IDocumentReader)Store;

    protected abstract Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections);

    protected sealed override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => CreateStoreAsync(ProjectionSamples.All);

    protected static Tally TallyOf(params IEnumerable<string> labels) => labels.Aggregate(Tally.Empty, (tally, label) => tally.With(label));
}
