using Ledger.Chrono;
using Ledger.Conformance.Projections;
using Ledger.Events;
using Ledger.Postgres.Daemon;
using Ledger.Postgres.Migrations;
using Ledger.Postgres.Streams;
using Ledger.Streams;
using Ledger.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>Several servers in one connection string: what is written goes to the primary, and every call waits while there is none.</summary>
public sealed class FailoverTests
{
    private static readonly StreamName Run = StreamName.Run("a");

    [Theory]
    [InlineData("")]
    [InlineData(";Target Session Attributes=primary")]
    [InlineData(";Target Session Attributes=read-write")]
    public async Task SeveralServers_WritesToThePrimaryAndTakesOver(string attributes)
    {
        await using var pair = await ServerPair.StartAsync();
        await using var pool = PostgresDataSources.Create(pair.ConnectionString + attributes);
        await using var store = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.FromMinutes(2) });
        await new LedgerMigrator(pool).EnsureMigratedAsync();
        await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("before")]);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var following = FollowAsync(store, over.Token);
        await using var records = new ChronoStore(store, "p");

        await pair.LosePrimaryAsync();
        var append = store.AppendAsync(StreamName.Run("b"), ExpectedVersion.NoStream, [new KitLoaded("after")]);
        var import = store.ImportAsync(new[] { new StreamEvent(StreamName.Run("c"), new NewEvent(new KitLoaded("c"))) }.ToAsyncEnumerable());
        var record = records.UpsertAsync(new ChronoRecord { Id = "a", Kind = "fact", Label = "a" });
        var task = new TaskLedger(store).SaveTaskAsync(new AgentTask
        {
            Id = "t", SystemPrompt = "s", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch,
        });
        var migrated = new LedgerMigrator(pool, new PostgresOptions { RetryFor = TimeSpan.FromMinutes(2) }).EnsureMigratedAsync();
        await Task.Yield();
        await pair.PromoteAsync();

        await Task.WhenAll(append, import, record, task, migrated);
        (await records.GetAsync("a")).ShouldNotBeNull();
        (await store.GetStreamAsync(StreamName.Run("b"))).ShouldNotBeNull();
        (await following).ShouldBe(StreamName.Run("b"));
    }

    [Fact]
    public async Task Call_NoPrimary_WaitsOnlyAsLongAsTheOptionsSay()
    {
        await using var pair = await ServerPair.StartAsync();
        await pair.LosePrimaryAsync();
        await using var pool = PostgresDataSources.Create(pair.ConnectionString);
        await using var store = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.Zero });

        await Should.ThrowAsync<NpgsqlException>(() => store.GetStreamAsync(Run));
        await Should.ThrowAsync<NpgsqlException>(() => store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("a")]));
        await Should.ThrowAsync<NpgsqlException>(() => new ChronoStore(store, "p").GetAsync("a"));
        await Should.ThrowAsync<NpgsqlException>(async () => await store.SubscribeAsync().FirstAsync());
        PostgresFaults.Describe(await Should.ThrowAsync<NpgsqlException>(() => new ProjectionAdmin(pool).ListAsync()))
            .ShouldNotBeNull().ShouldStartWith("None of the servers can be written to. ");
    }

    [Fact]
    public async Task Append_ToAStandby_IsRefusedAtOnceWhereNoFailoverIsExpected()
    {
        await using var pair = await ServerPair.StartAsync();
        await using var pool = NpgsqlDataSource.Create(pair.StandbyConnectionString);
        await using var store = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.Zero });

        var refused = await Should.ThrowAsync<PostgresException>(() => store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("a")]));

        refused.SqlState.ShouldBe(PostgresErrorCodes.ReadOnlySqlTransaction);
        (await store.GetStreamAsync(Run)).ShouldBeNull();
    }

    [Fact]
    public async Task AddLedger_SeveralServers_RunsStoreAndDaemonOnThePrimary()
    {
        await using var pair = await ServerPair.StartAsync();
        var connection = pair.ConnectionString + ";Target Session Attributes=primary";
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLedger(o => o with { ConnectionString = connection, AsyncProjections = [ProjectionSamples.Tallies] });
        services.AddLedgerDaemon(o => o with { ConnectionString = connection });
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();
        var store = provider.GetRequiredService<PostgresEventStore>();
        await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("a")]);

        await provider.GetRequiredService<ProjectionDaemon>().StartAsync();

        await store.WaitForNonStaleAsync(TimeSpan.FromMinutes(1), ProjectionSamples.Tallies);
        (await provider.GetRequiredService<ProjectionAdmin>().ListAsync()).ShouldContain(s => s.Projection == ProjectionSamples.Tallies.Key);
    }

    [Fact]
    public async Task DataSourceOfTheApplication_SeveralServers_ThePrimaryIsTaken()
    {
        await using var pair = await ServerPair.StartAsync();
        await using var pool = NpgsqlDataSource.Create(pair.ConnectionString);
        await using var store = new PostgresEventStore(pool);

        for (var i = 0; i < 5; i++)
        {
            await store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("a")]);
            pool.Clear();
        }

        (await store.GetStreamAsync(Run)).ShouldNotBeNull().Version.Value.ShouldBe(5);
    }

    [Fact]
    public void Create_StandbyAskedFor_IsRefused()
    {
        const string Connection = "Host=a,b;Target Session Attributes=prefer-standby";
        const string Fault = "'Target Session Attributes' is 'prefer-standby', but Ledger writes, and a standby only lets it read. Use 'primary', or leave it out.";

        Should.Throw<PostgresOptionsException>(() => PostgresDataSources.Create(Connection)).Faults.ShouldBe([Fault]);
        Should.Throw<PostgresOptionsException>(() => new ServiceCollection().AddLedger(o => o with { ConnectionString = Connection }))
            .Faults.ShouldBe([$"ConnectionString: {Fault}"]);
    }

    [Fact]
    public async Task Create_OneServerWithAttributes_Connects()
    {
        await using var pair = await ServerPair.StartAsync();
        var one = new NpgsqlConnectionStringBuilder(pair.ConnectionString) { Host = new NpgsqlConnectionStringBuilder(pair.Primary.ConnectionString).Host };
        await using var pool = PostgresDataSources.Create(one.ConnectionString + ";Target Session Attributes=primary");
        await using var store = new PostgresEventStore(pool);

        await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("a")]);
    }

    private static async Task<StreamName> FollowAsync(PostgresEventStore store, CancellationToken cancellationToken)
    {
        await foreach (var recorded in store.SubscribeAsync(cancellationToken: cancellationToken))
        {
            if (recorded.Stream == StreamName.Run("b"))
            {
                return recorded.Stream;
            }
        }

        return default;
    }
}
