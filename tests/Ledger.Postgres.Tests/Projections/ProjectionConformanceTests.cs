using Ledger.Conformance.Projections;
using Ledger.Events;
using Ledger.Projections;
using Ledger.Streams;
using Xunit;

namespace Ledger.Postgres.Tests.Projections;

public sealed class PostgresAggregateTests(LedgerDatabase database) : AggregateTests, IClassFixture<LedgerDatabase>
{
    // The tables of documents are there, because a snapshot is read without being inline.
    protected override async Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null)
    {
        await using var _ = await database.CreateProjectingStoreAsync(ProjectionSamples.All);
        return await database.CreateStoreAsync(registry);
    }
}

public sealed class PostgresSnapshotTests(LedgerDatabase database) : SnapshotTests, IClassFixture<LedgerDatabase>
{
    protected override async Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections) =>
        await database.CreateProjectingStoreAsync(projections);
}

public sealed class PostgresDocumentProjectionTests(LedgerDatabase database) : DocumentProjectionTests, IClassFixture<LedgerDatabase>
{
    protected override async Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections) =>
        await database.CreateProjectingStoreAsync(projections);
}
