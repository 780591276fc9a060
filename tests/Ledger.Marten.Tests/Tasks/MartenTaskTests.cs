using Ledger.Conformance.Tasks;
using Ledger.Events;
using Ledger.Streams;
using Xunit;

namespace Ledger.Marten.Tests.Tasks;

public sealed class MartenTaskSavingTests(MartenDatabase database) : TaskSavingTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenTaskQueryTests(MartenDatabase database) : TaskQueryTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenTaskRecoveryTests(MartenDatabase database) : TaskRecoveryTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenTaskConcurrencyTests(MartenDatabase database) : TaskConcurrencyTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenAccumulateTests(MartenDatabase database) : AccumulateTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenLedgerAbilityTests(MartenDatabase database) : LedgerAbilityTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
