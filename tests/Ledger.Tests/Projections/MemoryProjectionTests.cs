using Ledger.Conformance.Projections;
using Ledger.Events;
using Ledger.Projections;
using Ledger.Streams;

namespace Ledger.Tests.Projections;

public sealed class MemoryAggregateTests : AggregateTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemorySnapshotTests : SnapshotTests
{
    protected override Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(projections));
}

public sealed class MemoryDocumentProjectionTests : DocumentProjectionTests
{
    protected override Task<IEventStore> CreateStoreAsync(IReadOnlyList<Projection> projections) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(projections));
}
