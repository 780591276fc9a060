using Ledger.Postgres.Replicas;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The samples of an application with several servers, and of one with a database for each tenant.</summary>
public sealed class SeveralDatabases(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Sample_SeveralHosts_PrimaryForWritesAndStandbysForQuestions()
    {
        var services = new ServiceCollection();

        // sample: several hosts
        services.AddLedger(options => options with
        {
            ConnectionString = "Host=db1,db2;Username=app;Database=app",
            ReplicaConnectionString = "Host=db1,db2;Username=app;Database=app;Load Balance Hosts=true",
            RetryFor = TimeSpan.FromMinutes(1),     // longer than a failover takes
        });
        // end of sample
        await using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<LedgerReplicas>().Runs.ShouldNotBeNull();
        Should.Throw<PostgresOptionsException>(() => new ServiceCollection().AddLedger(o => o with { ReplicaConnectionString = "Host=a;Target Session Attributes=primary" }))
            .Faults.ShouldBe(["ReplicaConnectionString: 'Target Session Attributes' is 'primary', but standbys are asked for. Use 'prefer-standby', or remove it."]);
    }

    [Fact]
    public async Task Sample_OwnWrites_AreSeen()
    {
        var store = database.Store;
        var replicas = new LedgerReplicas(store, database.DataSource);
        await new AgentLedger(store).GetRun("first").AppendAsync([new ObjectCreated("a", "Claim")]);

        // sample: what was written is read
        WalPosition position = await store.GetWalPositionAsync();       // after the append; it can travel in a cookie, as text
        var mine = replicas.With(ReplicaFreshness.After(position));
        var world = await mine.Runs.GetRun("first").GetWorldAsync();    // from a standby that has the append
        // end of sample

        world.Objects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Sample_Tenants_InAContainer()
    {
        await using var master = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var acme = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(NpgsqlDataSource.Create(master.ConnectionString));

        // sample: tenants
        services.AddLedgerTenants(
            provider => new TenantTable(provider.GetRequiredService<NpgsqlDataSource>()),
            new TenantOptions { ConnectionsPerTenant = 10, MaxConnections = 200 });
        services.AddLedgerTenantDaemons(provider => provider.GetRequiredService<NpgsqlDataSource>());
        // end of sample
        await using var provider = services.BuildServiceProvider();
        var table = (TenantTable)provider.GetRequiredService<TenantLedgers>().Map;
        await table.CreateAsync();
        await table.SetAsync(new TenantDatabase("acme", acme.ConnectionString));
        (await provider.GetRequiredService<TenantLedgers>().MigrateAsync()).ShouldAllBe(outcome => outcome.Fault == null);
        provider.GetServices<Microsoft.Extensions.Hosting.IHostedService>().ShouldHaveSingleItem();

        // sample: the tenant of a scope
        await using var scope = provider.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TenantScope>().UseAsync("acme");
        var runs = scope.ServiceProvider.GetRequiredService<AgentLedger>();     // that of acme
        // end of sample

        await runs.GetRun("first").AppendAsync([new ObjectCreated("a", "Claim")]);
        (await (await provider.GetRequiredService<TenantLedgers>().ForTenantAsync("acme")).Runs.GetRun("first").GetWorldAsync()).Objects.ShouldHaveSingleItem();
        NpgsqlConnection.ClearAllPools();
    }
    [Fact]
    public async Task Sample_ManyTenants_InOneSchema()
    {
        await using var database = new ConjoinedDatabase();
        await database.InitializeAsync();
        var connectionString = database.ConnectionString;
        var services = new ServiceCollection();

        // sample: many tenants in one schema
        await using var tenants = new ConjoinedTenants(connectionString);
        await tenants.AddAsync("acme");     // once, as the role that owns the tables
        services.AddLedgerTenants(_ => tenants);
        // end of sample

        await using var provider = services.BuildServiceProvider();
        var acme = await provider.GetRequiredService<TenantLedgers>().ForTenantAsync("acme");
        await acme.Runs.GetRun("first").AppendAsync([new ObjectCreated("a", "Claim")]);
        (await acme.Runs.GetRun("first").GetWorldAsync()).Objects.ShouldHaveSingleItem();
    }
}
