using Ledger.Conformance.Appending;
using Ledger.Conformance.Branches;
using Ledger.Conformance.Reading;
using Ledger.Conformance.Runs;
using Ledger.Events;
using Ledger.Postgres.Tests;
using Ledger.Streams;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Npgsql10.Tests;

public sealed class Npgsql10Tests
{
    [Fact]
    public void Npgsql_IsVersion10() => typeof(NpgsqlConnection).Assembly.GetName().Version.ShouldNotBeNull().Major.ShouldBe(10);

    [Fact]
    public void Ledger_IsCompiledAgainstVersion9() =>
        typeof(Postgres.PostgresOptions).Assembly.GetReferencedAssemblies().Single(a => a.Name == "Npgsql").Version.ShouldNotBeNull().Major.ShouldBe(9);
}

public sealed class Npgsql10AppendTests(LedgerDatabase database) : AppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10InvalidAppendTests(LedgerDatabase database) : InvalidAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10RepeatedAppendTests(LedgerDatabase database) : RepeatedAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10SeveralStreamsAppendTests(LedgerDatabase database) : SeveralStreamsAppendTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10CreateBranchTests(LedgerDatabase database) : CreateBranchTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10ForkTests(LedgerDatabase database) : ForkTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10HistoryTests(LedgerDatabase database) : HistoryTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10ListBranchesTests(LedgerDatabase database) : ListBranchesTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10CancelledReadTests(LedgerDatabase database) : CancelledReadTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10EventTypeTests(LedgerDatabase database) : EventTypeTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10JsonValueTests(LedgerDatabase database) : JsonValueTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10MetadataTests(LedgerDatabase database) : MetadataTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10ReadLogTests(LedgerDatabase database) : ReadLogTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10ReadStreamTests(LedgerDatabase database) : ReadStreamTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10StreamInfoTests(LedgerDatabase database) : StreamInfoTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}

public sealed class Npgsql10RunTests(LedgerDatabase database) : RunTests, IClassFixture<LedgerDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync(EventRegistry? registry = null) => database.CreateStoreAsync(registry);
}
