using Ledger.Conformance.Laws;
using Ledger.Conformance.Tasks;
using Ledger.Events;
using Ledger.Streams;
using Xunit;

namespace Ledger.Postgres.Tests.Tasks;

public sealed class PostgresTaskSavingTests(LedgerDatabase database) : TaskSavingTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresTaskQueryTests(LedgerDatabase database) : TaskQueryTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresTaskRecoveryTests(LedgerDatabase database) : TaskRecoveryTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresTaskConcurrencyTests(LedgerDatabase database) : TaskConcurrencyTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresAccumulateTests(LedgerDatabase database) : AccumulateTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresLedgerAbilityTests(LedgerDatabase database) : LedgerAbilityTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresTaskRunTests(LedgerDatabase database) : TaskRunTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresTaskLawTests(LedgerDatabase database) : TaskLawTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
