using Ledger.Log;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Doctor;
using Ledger.Postgres.Forgetting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Tasks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>When the primary is lost, every call waits until another server is, within the time that the options say.</summary>
public sealed class FailoverTests
{
    private static readonly StreamName Run = StreamName.Run("a");
    private static readonly PostgresOptions Patient = new() { RetryFor = TimeSpan.FromMinutes(2) };

    [Theory]
    [InlineData("")]
    [InlineData(";Target Session Attributes=read-write")]
    public async Task SeveralServers_PrimaryIsLost_EveryCallWaitsForTheNext(string attributes)
    {
        await using var pair = await ServerPair.StartAsync();
        await using var pool = PostgresDataSources.Create(pair.ConnectionString + attributes);
        await using var store = new PostgresEventStore(pool, Patient);
        await new LedgerMigrator(pool).EnsureMigratedAsync();
        // The log is empty: the other server replicates nothing, and a reader stops where an event that it has seen is gone.
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var following = FollowAsync(store, over.Token);
        await using var records = new ChronoStore(store, "p");

        await pair.LosePrimaryAsync();
        await FailsAtOnceAsync(pool);
        var append = store.AppendAsync(StreamName.Run("b"), ExpectedVersion.NoStream, [new KitLoaded("after")]);
        var import = store.ImportAsync(new[] { new StreamEvent(StreamName.Run("c"), new NewEvent(new KitLoaded("c"))) }.ToAsyncEnumerable());
        var record = records.UpsertAsync(new ChronoRecord { Id = "a", Kind = "fact", Label = "a" });
        var read = store.GetStreamAsync(StreamName.Run("z"));
        var task = new TaskLedger(store).SaveTaskAsync(new AgentTask
        {
            Id = "t", SystemPrompt = "s", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch,
        });
        var migrated = new LedgerMigrator(pool, Patient).EnsureMigratedAsync();
        var (asked, maps) = (AskAsync(pool, store), AskMapsAsync(pool, pair.ConnectionString));
        await pair.PromoteAsync();

        await Task.WhenAll(append, import, record, read, task, migrated, asked, maps);
        (await records.GetAsync("a")).ShouldNotBeNull();
        (await store.GetStreamAsync(StreamName.Run("b"))).ShouldNotBeNull();
        (await following).ShouldBe(StreamName.Run("b"));
    }

    /// <summary>The same where a database of the servers says who the tenants are.</summary>
    private static async Task AskMapsAsync(NpgsqlDataSource pool, string connectionString)
    {
        var (table, databases) = (new TenantTable(pool, Patient), new TenantPool(pool, Patient));
        await using var conjoined = new ConjoinedTenants(connectionString, Patient);
        await using var tenants = new TenantLedgers(table, new TenantOptions { Ledger = Patient });
        await Task.WhenAll(
            TenantTable.FindSchemasAsync(pool, Patient),
            table.CreateAsync(),
            table.SetAsync(new TenantDatabase("acme", connectionString)),
            table.FindAsync("none"),
            table.ListAsync(),
            table.FindFaultsAsync(),
            Should.ThrowAsync<TenantNotFoundException>(() => table.DisableAsync("none")),
            Should.ThrowAsync<TenantNotFoundException>(() => tenants.ForTenantAsync("none").AsTask()),
            Should.ThrowAsync<TenantNotFoundException>(() => tenants.MoveAsync("none", connectionString)),
            TenantPool.FindSchemasAsync(pool, Patient),
            databases.ListAsync(),
            databases.ListDatabasesAsync(),
            databases.FillDatabaseAsync("none"),
            databases.FindAsync("none"),
            Should.ThrowAsync<TenancyException>(() => databases.AddAsync("early")),
            conjoined.ExistsAsync(),
            Should.ThrowAsync<TenancyException>(() => conjoined.FindAsync("none")),
            Should.ThrowAsync<TenancyException>(() => conjoined.AddAsync("none")));
        (await (await tenants.ForTenantAsync("acme")).Store.GetStreamAsync(StreamName.Run("z"))).ShouldBeNull();
    }

    /// <summary>What an application asks besides, each of which waits alike.</summary>
    private static Task AskAsync(NpgsqlDataSource pool, PostgresEventStore store)
    {
        return Task.WhenAll(
            store.Get<ILogSearch>()!.FindStreamsAsync(new StreamQuery()),
            store.Get<ITaskReader>()!.QueryTasksAsync(new TaskQuery()),
            store.ReadLogAsync().CountAsync().AsTask(),
            new AgentLedger(store).GetRun("call").CallAsync("tool", "{}", (_, _) => Task.FromResult(CallResponse.OfText("made"))),
            new ProjectionAdmin(pool, Patient).ListAsync(),
            new EventContractTable(pool, Patient).ReadAsync(),
            new LogQuotas(pool, Patient).ReadAsync(),
            new LedgerDoctor(pool, Patient).ExamineAsync(),
            new PostgresSubjectKeys(pool, Patient).FindAsync(["a"]),
            new LogRetention(pool, Patient).ListHoldsAsync(),
            AskInSqlAsync());

        async Task AskInSqlAsync()
        {
            await using var answer = await new SqlQueries(pool, Patient).AskAsync(new SqlQuery("select 1"));
        }
    }

    /// <summary>What does not wait, or not longer than its options say.</summary>
    private static async Task FailsAtOnceAsync(NpgsqlDataSource pool)
    {
        await using var store = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.Zero });
        await Should.ThrowAsync<NpgsqlException>(() => store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("a")]));
        await Should.ThrowAsync<NpgsqlException>(() => store.GetStreamAsync(Run));
        await Should.ThrowAsync<NpgsqlException>(() => new ChronoStore(store, "p").GetAsync("a"));
        await Should.ThrowAsync<NpgsqlException>(async () => await store.SubscribeAsync().FirstAsync());
        PostgresFaults.Describe(await Should.ThrowAsync<NpgsqlException>(
            () => new ProjectionAdmin(pool, new PostgresOptions { RetryFor = TimeSpan.Zero }).ListAsync())).ShouldNotBeNull();
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
