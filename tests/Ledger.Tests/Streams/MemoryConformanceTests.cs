using Ledger.Conformance.Appending;
using Ledger.Conformance.Branches;
using Ledger.Conformance.Calls;
using Ledger.Conformance.Causality;
using Ledger.Conformance.Concurrency;
using Ledger.Conformance.Laws;
using Ledger.Conformance.Reading;
using Ledger.Conformance.Replays;
using Ledger.Conformance.Runs;
using Ledger.Conformance.Searching;
using Ledger.Conformance.Snapshots;
using Ledger.Conformance.Worlds;
using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Tests.Streams;

public sealed class MemoryAppendTests : AppendTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryInvalidAppendTests : InvalidAppendTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryRepeatedAppendTests : RepeatedAppendTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryBulkImportTests : BulkImportTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemorySeveralStreamsAppendTests : SeveralStreamsAppendTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryCreateBranchTests : CreateBranchTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryForkTests : ForkTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryHistoryTests : HistoryTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryListBranchesTests : ListBranchesTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryConcurrentAppendTests : ConcurrentAppendTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryCancelledReadTests : CancelledReadTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryEventTypeTests : EventTypeTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryJsonValueTests : JsonValueTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryMetadataTests : MetadataTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryReadLogTests : ReadLogTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryReadStreamTests : ReadStreamTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryStreamInfoTests : StreamInfoTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryRunTests : RunTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryForkLawTests : ForkLawTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemorySameAnswersTests : SameAnswersTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));

    protected override IEventStore CreateReference() => new ListEventStore();
}

public sealed class MemoryKandoVectorTests : KandoVectorTests
{
    protected override Task<IEventStore> CreateStoreAsync() => Task.FromResult<IEventStore>(new MemoryEventStore());
}

public sealed class MemoryRunWorldTests : RunWorldTests
{
    protected override Task<IEventStore> CreateStoreAsync() => Task.FromResult<IEventStore>(new MemoryEventStore());
}

public sealed class MemorySnapshotTests : SnapshotTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryBadSnapshotTests : BadSnapshotTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryKandoSnapshotVectorTests : KandoSnapshotVectorTests
{
    protected override Task<IEventStore> CreateStoreAsync() => Task.FromResult<IEventStore>(new MemoryEventStore());
}

public sealed class MemoryReplayTests : ReplayTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryCausalityTests : CausalityTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryBlameTests : BlameTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryDivergenceTests : DivergenceTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryCausalityLawTests : CausalityLawTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryExportLawTests : ExportLawTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryCallOnceTests : CallOnceTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryUnstorableAnswerTests : UnstorableAnswerTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryReexecutionTests : ReexecutionTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryConcurrentCallTests : ConcurrentCallTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));

    protected override Task<IEventStore> SecondStoreAsync() => Task.FromResult(Store);
}

public sealed class MemoryLongRunTests : LongRunTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryWorldLawTests : WorldLawTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}

public sealed class MemoryLogSearchTests : LogSearchTests
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) =>
        Task.FromResult<IEventStore>(new MemoryEventStore(registry));
}
