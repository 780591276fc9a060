using Ledger.Conformance.Chrono;
using Ledger.Events;
using Ledger.Streams;
using Xunit;

namespace Ledger.Marten.Tests.Chrono;

public sealed class MartenChronoVectorTests(MartenDatabase database) : ChronoVectorTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenChronoRecordTests(MartenDatabase database) : ChronoRecordTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenChronoUpkeepTests(MartenDatabase database) : ChronoUpkeepTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
