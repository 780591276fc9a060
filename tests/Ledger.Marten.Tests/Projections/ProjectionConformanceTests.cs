using Ledger.Conformance.Projections;
using Ledger.Events;
using Ledger.Projections;
using Ledger.Streams;
using Xunit;

namespace Ledger.Marten.Tests.Projections;

public sealed class MartenAggregateTests(MartenDatabase database) : AggregateTests, IClassFixture<MartenDatabase>
{
    // The tables of documents are there, because a snapshot is read without being inline.
    protected override async Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null)
    {
        await using var _ = await database.CreateProjectingStoreAsync(ProjectionSamples.All);
        return await database.CreateStoreAsync(registry);
    }
}

public sealed class MartenSnapshotTests(MartenDatabase database) : SnapshotTests, IClassFixture<MartenDatabase>
{
    protected override async Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections) =>
        await database.CreateProjectingStoreAsync(projections);
}

public sealed class MartenDocumentProjectionTests(MartenDatabase database) : DocumentProjectionTests, IClassFixture<MartenDatabase>
{
    protected override async Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections) =>
        await database.CreateProjectingStoreAsync(projections);
}
