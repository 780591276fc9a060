using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Conventions;

/// <summary>What holds for the text of every project under <c>src</c>.</summary>
public sealed class SourceConventionTests
{
    [Fact]
    public void Source_HasNoSql() =>
        SqlInSource.Find(Path.Combine(SourceTree.Root, "src")).ShouldBeEmpty("A query is a file Sql/<Operation>.sql beside the code that runs it.");

    [Fact]
    public void Source_OpensConnectionsInOnePlace() => OpenedConnections.Find(
        OpenedConnections.Opening(),
        "Ledger.Postgres/Connecting/Connections.cs",
        // To name a pool that is cleared; it is not opened.
        "Ledger.Testing/TestDatabase.cs").ShouldBeEmpty("Call Connections.OpenAsync, which leaves the caller's ambient transaction.");

    [Fact]
    public void Source_StartsSharedWorkInOnePlace() => OpenedConnections.Find(
        OpenedConnections.Starting(),
        "Ledger/Log/SharedWork.cs",
        // One caller's own work, in its context: it is waited for by the call that starts it.
        "Ledger/Records/ChronoStore.Verify.cs",
        "Ledger.Postgres/Log/Importing/EventImport.cs",
        "Ledger.Postgres/Projections/Rebuilding/InPlaceRebuild.cs",
        "Ledger.Postgres/Projections/Rebuilding/ShadowRebuild.cs",
        "Ledger.Postgres/Log/ReadAhead.cs",
        "Ledger.Postgres/Projections/Daemon/SnapshotShard.cs",
        "Ledger.Seal/Auditing/AuditPairing.cs",
        "Ledger.Seal/Sealing/Sealer.cs",
        // They suppress the flow themselves, because the explorer has public API alone.
        "Ledger.Explorer/Health/HealthAddresses.cs",
        "Ledger.Explorer/Live/RunFollower.cs",
        "Ledger.Explorer/Projections/Rebuilds.cs").ShouldBeEmpty("Call SharedWork.Run, which carries no caller's context.");

    [Fact]
    public void Source_AsksStoresForCapabilities() =>
        StoreCasts.Find().ShouldBeEmpty("Call store.Get<T>(), which also finds the capability of an engine that a decorator stands in front of.");

    [Fact]
    public void StoreCasts_KnowsEveryCapability() => StoreCasts.Asked().Except(StoreCasts.Capabilities).ShouldBeEmpty();

    [Theory]
    [InlineData("var rows = store as IWorldReader;")]
    [InlineData("if (_ledger.Store is ITaskReader tasks)")]
    [InlineData("if (store is not ISnapshotStore snapshots)")]
    [InlineData("var engine = (IChronoLog)store;")]
    [InlineData("IDocumentReader documents => documents,")]
    [InlineData("if (ledger is { Store: ILogSearch })")]
    [InlineData("stores.OfType<PostgresEventStore>()")]
    public void StoreCast_IsFound(string line) => StoreCasts.IsOne(line).ShouldBeTrue();

    [Theory]
    [InlineData("var rows = store.Get<IWorldReader>();")]
    [InlineData("internal sealed class FoldingWorldReader(IEventStore store) : IWorldReader")]
    [InlineData("private static ITaskReader TasksOf(ExplorerRequest request) =>")]
    [InlineData("public static ILogSearch Of(IEventStore store)")]
    [InlineData("private IWorldReader? Rows => _ledger.Store.Get<IWorldReader>();")]
    public void OtherLine_IsNoStoreCast(string line) => StoreCasts.IsOne(line).ShouldBeFalse();

    [Theory]
    [InlineData("var q = \"select 1\";")]
    [InlineData("var q = $\"insert into {t} values (1)\";")]
    [InlineData("var q = @\"\n  update a set b = 1\";")]
    [InlineData("var q = \"begin; delete from a\";")]
    [InlineData("var q = \"\"\"\n    SELECT a\n    FROM b\n    \"\"\";")]
    [InlineData("var c = '\"'; var q = \"create table a (b int)\";")]
    [InlineData("var q = \"with a as (select b from c) table a\";")]
    public void FindIn_Statement_FindsIt(string source) => SqlInSource.FindIn(source).Count().ShouldBe(1);

    [Theory]
    [InlineData("// \"select 1\"")]
    [InlineData("/* \"select 1\" */ var a = \"b\";")]
    [InlineData("var m = \"Select a run from the list.\";")]
    [InlineData("var m = \"The selected update was set; deleted from the list.\";")]
    [InlineData("var m = Sql.Load(\"select_events\") + \"update\";")]
    public void FindIn_Prose_LeavesIt(string source) => SqlInSource.FindIn(source).ShouldBeEmpty();
}
