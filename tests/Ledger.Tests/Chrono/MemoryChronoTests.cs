using Ledger.Conformance.Chrono;
using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Tests.Chrono;

public sealed class MemoryChronoVectorTests : ChronoVectorTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryChronoRecordTests : ChronoRecordTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryChronoUpkeepTests : ChronoUpkeepTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}
