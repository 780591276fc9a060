using Ledger.Conformance.Laws;
using Ledger.Conformance.Tasks;
using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Tests.Tasks;

public sealed class MemoryTaskSavingTests : TaskSavingTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryTaskQueryTests : TaskQueryTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryTaskRecoveryTests : TaskRecoveryTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryTaskConcurrencyTests : TaskConcurrencyTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryAccumulateTests : AccumulateTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryLedgerAbilityTests : LedgerAbilityTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryTaskRunTests : TaskRunTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryTaskLawTests : TaskLawTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}
