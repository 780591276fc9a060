using Ledger.Conformance.Chrono;
using Ledger.Events;
using Ledger.Streams;
using Xunit;

namespace Ledger.Postgres.Tests.Chrono;

public sealed class PostgresChronoVectorTests(LedgerDatabase database) : ChronoVectorTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresChronoRecordTests(LedgerDatabase database) : ChronoRecordTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresChronoUpkeepTests(LedgerDatabase database) : ChronoUpkeepTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
