using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>Several servers in one connection string: whatever Ledger does goes to the one that can be written to.</summary>
public sealed class SeveralServersTests(SeveralServersTests.Servers servers) : IClassFixture<SeveralServersTests.Servers>
{
    [Fact]
    public async Task Append_ToAStandby_IsRefusedAtOnceWhereNoFailoverIsExpected()
    {
        var run = NewStream();
        await using var pool = NpgsqlDataSource.Create(servers.Pair.StandbyConnectionString);
        await using var store = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.Zero });

        var refused = await Should.ThrowAsync<PostgresException>(() => store.AppendAsync(run, ExpectedVersion.Any, [new KitLoaded("a")]));

        refused.SqlState.ShouldBe(PostgresErrorCodes.ReadOnlySqlTransaction);
        (await store.GetStreamAsync(run)).ShouldBeNull();
    }

    [Fact]
    public async Task AddLedger_SeveralServers_RunsStoreAndDaemonOnThePrimary()
    {
        var connection = servers.Pair.ConnectionString + ";Target Session Attributes=primary";
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLedger(o => o with { ConnectionString = connection, AsyncProjections = [ProjectionSamples.Tallies] });
        services.AddLedgerDaemon(o => o with { ConnectionString = connection });
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();
        var store = provider.GetRequiredService<PostgresEventStore>();
        await store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("a")]);

        await provider.GetRequiredService<ProjectionDaemon>().StartAsync();

        await store.WaitForNonStaleAsync(TimeSpan.FromMinutes(2), ProjectionSamples.Tallies);
        (await provider.GetRequiredService<ProjectionAdmin>().ListAsync()).ShouldContain(s => s.Projection == ProjectionSamples.Tallies.Key);
    }

    [Fact]
    public async Task DataSourceOfTheApplication_SeveralServers_ThePrimaryIsTaken()
    {
        var run = NewStream();
        await using var pool = NpgsqlDataSource.Create(servers.Pair.ConnectionString);
        await using var store = new PostgresEventStore(pool);

        for (var i = 0; i < 5; i++)
        {
            await store.AppendAsync(run, ExpectedVersion.Any, [new KitLoaded("a")]);
            pool.Clear();
        }

        (await store.GetStreamAsync(run)).ShouldNotBeNull().Version.Value.ShouldBe(5);
    }

    [Fact]
    public void Create_StandbyAskedFor_IsRefused()
    {
        const string Connection = "Host=a,b;Target Session Attributes=prefer-standby";
        const string Fault = "'Target Session Attributes' is 'prefer-standby', but Ledger writes, and a standby is read-only. Use 'primary', or remove it.";

        Should.Throw<PostgresOptionsException>(() => PostgresDataSources.Create(Connection)).Faults.ShouldBe([Fault]);
        Should.Throw<PostgresOptionsException>(() => new ServiceCollection().AddLedger(o => o with { ConnectionString = Connection }))
            .Faults.ShouldBe([$"ConnectionString: {Fault}"]);
    }

    [Fact]
    public async Task Create_OneServerWithAttributes_Connects()
    {
        var one = new NpgsqlConnectionStringBuilder(servers.Pair.ConnectionString) { Host = new NpgsqlConnectionStringBuilder(servers.Pair.Primary.ConnectionString).Host };
        await using var pool = PostgresDataSources.Create(one.ConnectionString + ";Target Session Attributes=primary");
        await using var store = new PostgresEventStore(pool);

        await store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("a")]);
    }

    private static StreamName NewStream() => StreamName.Run(Guid.NewGuid().ToString("N"));

    public sealed class Servers : IAsyncLifetime
    {
        internal ServerPair Pair { get; private set; } = null!;

        public async Task InitializeAsync() => Pair = await ServerPair.StartAsync();

        public async Task DisposeAsync() => await Pair.DisposeAsync();
    }
}
