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
using Ledger.Postgres;
using Ledger.Streams;
using Xunit;

namespace Ledger.Marten.Tests.Streams;

public sealed class MartenAppendTests(MartenDatabase database) : AppendTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenInvalidAppendTests(MartenDatabase database) : InvalidAppendTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenRepeatedAppendTests(MartenDatabase database) : RepeatedAppendTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenBulkImportTests(MartenDatabase database) : BulkImportTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenSeveralStreamsAppendTests(MartenDatabase database) : SeveralStreamsAppendTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenCreateBranchTests(MartenDatabase database) : CreateBranchTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenForkTests(MartenDatabase database) : ForkTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenHistoryTests(MartenDatabase database) : HistoryTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenListBranchesTests(MartenDatabase database) : ListBranchesTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenConcurrentAppendTests(MartenDatabase database) : ConcurrentAppendTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenCancelledReadTests(MartenDatabase database) : CancelledReadTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenEventTypeTests(MartenDatabase database) : EventTypeTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenJsonValueTests(MartenDatabase database) : JsonValueTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenMetadataTests(MartenDatabase database) : MetadataTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenReadLogTests(MartenDatabase database) : ReadLogTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenReadStreamTests(MartenDatabase database) : ReadStreamTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenStreamInfoTests(MartenDatabase database) : StreamInfoTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenRunTests(MartenDatabase database) : RunTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenForkLawTests(MartenDatabase database) : ForkLawTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenSameAnswersTests(MartenDatabase database) : SameAnswersTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);

    protected override IEventStore CreateReference() => new MemoryEventStore();
}

public sealed class MartenKandoVectorTests(MartenDatabase database) : KandoVectorTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateEmptyStoreAsync();
}

public sealed class MartenRunWorldTests(MartenDatabase database) : RunWorldTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateStoreAsync();
}

public sealed class MartenSnapshotTests(MartenDatabase database) : SnapshotTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class MartenBadSnapshotTests(MartenDatabase database) : BadSnapshotTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class MartenKandoSnapshotVectorTests(MartenDatabase database) : KandoSnapshotVectorTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateEmptyStoreAsync(WorldRows.Off);
}

public sealed class MartenReplayTests(MartenDatabase database) : ReplayTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class MartenCausalityTests(MartenDatabase database) : CausalityTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenBlameTests(MartenDatabase database) : BlameTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenDivergenceTests(MartenDatabase database) : DivergenceTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenCausalityLawTests(MartenDatabase database) : CausalityLawTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenExportLawTests(MartenDatabase database) : ExportLawTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenCallOnceTests(MartenDatabase database) : CallOnceTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenUnstorableAnswerTests(MartenDatabase database) : UnstorableAnswerTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenReexecutionTests(MartenDatabase database) : ReexecutionTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenConcurrentCallTests(MartenDatabase database) : ConcurrentCallTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);

    protected override Task<IEventStore> SecondStoreAsync() => database.CreateStoreAsync();
}

public sealed class MartenLongRunTests(MartenDatabase database) : LongRunTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class MartenWorldLawTests(MartenDatabase database) : WorldLawTests, IClassFixture<MartenDatabase>
{
    protected override IEventStore OtherWriter { get; } = database.CreateStore(o => o with { WorldRows = WorldRows.Off });

    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class MartenRunWorldByFoldTests(MartenDatabase database) : RunWorldTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateStoreWithoutRowsAsync();
}

public sealed class MartenLogSearchTests(MartenDatabase database) : LogSearchTests, IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
