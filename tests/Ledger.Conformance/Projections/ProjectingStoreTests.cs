using Ledger.Projections;

namespace Ledger.Conformance.Projections;

/// <summary>What the tests of documents share: a store with the projections of <see cref="ProjectionSamples"/> inline.</summary>
public abstract class ProjectingStoreTests(ITestEngine engine) : EventStoreTests(engine)
{
    protected IDocumentReader Documents => Store.Get<IDocumentReader>()!;

    public sealed override async Task InitializeAsync() => Store = await Engine.CreateProjectingStoreAsync(ProjectionSamples.All);

    protected static Tally TallyOf(params IEnumerable<string> labels) => labels.Aggregate(Tally.Empty, (tally, label) => tally.With(label));
}
