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
using Xunit;

namespace Ledger.Postgres.Tests.Streams;

public sealed class PostgresAppendTests(LedgerDatabase database) : AppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresInvalidAppendTests(LedgerDatabase database) : InvalidAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresRepeatedAppendTests(LedgerDatabase database) : RepeatedAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresBulkImportTests(LedgerDatabase database) : BulkImportTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresSeveralStreamsAppendTests(LedgerDatabase database) : SeveralStreamsAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresCreateBranchTests(LedgerDatabase database) : CreateBranchTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresForkTests(LedgerDatabase database) : ForkTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresHistoryTests(LedgerDatabase database) : HistoryTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresListBranchesTests(LedgerDatabase database) : ListBranchesTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresConcurrentAppendTests(LedgerDatabase database) : ConcurrentAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresCancelledReadTests(LedgerDatabase database) : CancelledReadTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresEventTypeTests(LedgerDatabase database) : EventTypeTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresJsonValueTests(LedgerDatabase database) : JsonValueTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresMetadataTests(LedgerDatabase database) : MetadataTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresReadLogTests(LedgerDatabase database) : ReadLogTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresReadStreamTests(LedgerDatabase database) : ReadStreamTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresStreamInfoTests(LedgerDatabase database) : StreamInfoTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresRunTests(LedgerDatabase database) : RunTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresForkLawTests(LedgerDatabase database) : ForkLawTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresSameAnswersTests(LedgerDatabase database) : SameAnswersTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);

    protected override IEventStore CreateReference() => new MemoryEventStore();
}

public sealed class PostgresKandoVectorTests(LedgerDatabase database) : KandoVectorTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateEmptyStoreAsync();
}

public sealed class PostgresRunWorldTests(LedgerDatabase database) : RunWorldTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateStoreAsync();
}

public sealed class PostgresSnapshotTests(LedgerDatabase database) : SnapshotTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class PostgresBadSnapshotTests(LedgerDatabase database) : BadSnapshotTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class PostgresKandoSnapshotVectorTests(LedgerDatabase database) : KandoSnapshotVectorTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateEmptyStoreAsync(WorldRows.Off);
}

public sealed class PostgresReplayTests(LedgerDatabase database) : ReplayTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class PostgresCausalityTests(LedgerDatabase database) : CausalityTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresBlameTests(LedgerDatabase database) : BlameTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresDivergenceTests(LedgerDatabase database) : DivergenceTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresCausalityLawTests(LedgerDatabase database) : CausalityLawTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresExportLawTests(LedgerDatabase database) : ExportLawTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresCallOnceTests(LedgerDatabase database) : CallOnceTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresUnstorableAnswerTests(LedgerDatabase database) : UnstorableAnswerTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresReexecutionTests(LedgerDatabase database) : ReexecutionTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresConcurrentCallTests(LedgerDatabase database) : ConcurrentCallTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);

    protected override Task<IEventStore> SecondStoreAsync() => database.CreateStoreAsync();
}

public sealed class PostgresLongRunTests(LedgerDatabase database) : LongRunTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreWithoutRowsAsync(registry);
}

public sealed class PostgresWorldLawTests(LedgerDatabase database) : WorldLawTests, IClassFixture<LedgerDatabase>
{
    protected override IEventStore OtherWriter { get; } = database.WithoutRows();

    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class PostgresRunWorldByFoldTests(LedgerDatabase database) : RunWorldTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => database.CreateStoreWithoutRowsAsync();
}

public sealed class PostgresLogSearchTests(LedgerDatabase database) : LogSearchTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
