using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Marten;
using Marten.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

public sealed partial class ConjoinedMartenTests
{
    [Fact]
    public async Task Daemon_OfAllTenants_ProjectsTheEventsOfEachForIt_AndRebuilds()
    {
        var (role, connection) = await CreateDaemonRoleAsync(isMember: false);
        try
        {
            (await RefusalAsync("nobody_at_all")).ShouldBe("There is no role 'nobody_at_all'. Nothing was changed.");
            (await RefusalAsync(database.Role)).ShouldStartWith($"The role '{database.Role}' is that which owns the tables");
            (await RefusalAsync(role)).ShouldStartWith($"The role '{role}' does not belong to the one that owns the tables");
            (await RefusalAsync(await database.ScalarAsync<string>("select current_user::text"))).ShouldContain("is not held to row-level security");
            await database.ScalarAsync<int>($"grant {database.Role} to {role}; select 1");
            (await Should.ThrowAsync<TenancyException>(async () => await Store().BuildProjectionDaemonAsync("d-one"))).Message.ShouldStartWith($"The role '{role}' does not see the events of all tenants");

            await database.Map.AllowDaemonAsync(role);
            await using var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
            (await new LedgerMigrator(owner).AssertAsync()).ShouldBeEmpty();
            var documents = Store();
            foreach (var (tenant, kits) in new[] { ("d-one", 1), ("d-two", 3) })
            {
                await database.Map.AddAsync(tenant);
                await using var session = documents.LightweightSession(tenant);
                session.Events.Append("order", Enumerable.Range(0, kits).Select(n => (object)new KitLoaded($"{tenant} {n}")));
                var run = session.Ledger().GetRun("same");
                await run.AppendAsync([.. Enumerable.Range(0, kits).Select(n => (object)new ObjectCreated($"{tenant} {n}", "Claim"))]);
                await (await run.ForkAsync(options: new ForkOptions { Id = "branch" })).AppendAsync([new ObjectCreated($"{tenant} in the branch", "Claim")]);
                await session.SaveChangesAsync();

                // The native engine's events too.
                await (await database.Ledgers.ForTenantAsync(tenant)).Store.AppendAsync(new StreamName("order"), ExpectedVersion.Any, [new KitLoaded("natively")]);
            }

            using (var daemon = await documents.BuildProjectionDaemonAsync("d-one"))
            {
                await daemon.StartAllAsync();
                await daemon.WaitForNonStaleData(TimeSpan.FromMinutes(2));
                await CheckAsync(documents);
                await daemon.StopAllAsync();
                foreach (var projection in new[] { $"{nameof(ConjoinedMartenTests)}.{nameof(Orders)}", "ledger_world", "ledger_world_rows", $"{nameof(ConjoinedMartenTests)}.{nameof(Claims)}" })
                {
                    await daemon.RebuildProjectionAsync(projection, CancellationToken.None);
                }

                await CheckAsync(documents);
            }

            // The daemon's role sees one tenant as soon as it names one, and nothing of tables that the daemon does not read.
            await using var dataSource = NpgsqlDataSource.Create(connection + ";Pooling=false");
            await using var all = dataSource.CreateCommand("select count(distinct tenant_id) > 1 from ledger.mt_events");
            (await all.ExecuteScalarAsync()).ShouldBe(true);
            await using var own = dataSource.CreateCommand("select count(*) from ledger.branch");
            (await own.ExecuteScalarAsync()).ShouldBe(0L);
            await using var one = NpgsqlDataSource.Create(TenantSetting.With(connection, "d-one") + ";Pooling=false");
            await using var ofOne = one.CreateCommand("select string_agg(distinct tenant_id, ',') from ledger.mt_events");
            (await ofOne.ExecuteScalarAsync()).ShouldBe("d-one");

            // Other roles see no more than before; an application without the connection does not start the daemon.
            await using var none = owner.CreateCommand("select count(*) from ledger.mt_events");
            (await none.ExecuteScalarAsync()).ShouldBe(0L);
            (await Should.ThrowAsync<TenancyException>(() => StartAsync(null))).Message.ShouldStartWith("Marten's daemon, and what else works on the events of all tenants");
            await StartAsync(connection);

            async Task CheckAsync(DocumentStore store)
            {
                foreach (var (tenant, kits) in new[] { ("d-one", 1), ("d-two", 3) })
                {
                    await using var session = store.QuerySession(tenant);
                    (await session.LoadAsync<Orders>("order"))!.Count.ShouldBe(kits + 1);
                    (await session.LoadAsync<Claims>("run:same"))!.Count.ShouldBe(kits);
                    (await session.LoadAsync<Claims>("branch:branch"))!.Count.ShouldBe(kits + 1, "with the shared events");
                    (await session.LoadAsync<LedgerWorld>("branch:branch"))!.Objects.Select(o => o.Id).ShouldContain($"{tenant} 0");
                    (await session.Query<LedgerWorld>().CountAsync()).ShouldBe(2);
                    (await (await database.Ledgers.ForTenantAsync(tenant)).Runs.GetRun("same").GetWorldAsync()).Objects.Count.ShouldBe(kits);
                }
            }
        }
        finally
        {
            await DropDaemonRoleAsync(role);
        }

        DocumentStore Store() => NewStore(Configure, connections: new ConjoinedStoreOptions { DaemonConnectionString = connection });

        async Task<string> RefusalAsync(string name) => (await Should.ThrowAsync<TenancyException>(() => database.Map.AllowDaemonAsync(name))).Message;

        async Task StartAsync(string? daemon)
        {
            var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
            builder.Logging.SetMinimumLevel(LogLevel.None);
            var (services, tenants) = (builder.Services, database.Map);
            services.ConfigureMarten(Configure);

            // sample: Marten on a schema of many tenants
            services.AddMarten(options =>
            {
                options.Policies.AllDocumentsAreMultiTenanted();
                options.UseLedger(tenants, new ConjoinedStoreOptions { DaemonConnectionString = daemon });
            }).AddLedger().AddAsyncDaemon(DaemonMode.HotCold);
            // end of sample

            using var host = builder.Build();
            await host.StartAsync();
            await using (var session = host.Services.GetRequiredService<IDocumentStore>().LightweightSession("d-one"))
            {
                session.Events.Append("hosted", new KitLoaded("hosted"));
                await session.SaveChangesAsync();
            }

            await host.Services.GetRequiredService<IDocumentStore>().WaitForNonStaleProjectionDataAsync(TimeSpan.FromMinutes(2));
            await using (var session = host.Services.GetRequiredService<IDocumentStore>().QuerySession("d-one"))
            {
                (await session.LoadAsync<Orders>("hosted"))!.Count.ShouldBe(1);
            }

            await using (var scope = host.Services.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<MartenTenantScope>().UseAsync("d-two");
                (await scope.ServiceProvider.GetRequiredService<MartenTenant>().Store.GetStreamAsync(new StreamName("hosted"))).ShouldBeNull();
                await Should.ThrowAsync<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<MartenTenantScope>().UseAsync("d-one"));
            }

            await host.StopAsync();
        }

        static void Configure(StoreOptions options)
        {
            options.DatabaseSchemaName = "docs";
            options.Projections.Snapshot<Orders>(SnapshotLifecycle.Async);
            options.Projections.SnapshotOfHistory<Claims>(SnapshotLifecycle.Async);
            options.SnapshotWorlds(ProjectionLifecycle.Async);
        }
    }

    private async Task<(string Role, string ConnectionString)> CreateDaemonRoleAsync(bool isMember = true)
    {
        var role = $"daemon_{Guid.NewGuid():N}"[..20];
        await database.ScalarAsync<int>($"create role {role} login password 'secret' {(isMember ? $"in role {database.Role}" : "")}; select 1");
        return (role, new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, MaxPoolSize = 20 }.ConnectionString);
    }

    private async Task DropDaemonRoleAsync(string role)
    {
        await database.Map.ForbidDaemonAsync();
        NpgsqlConnection.ClearAllPools();
        await database.ScalarAsync<int>($"drop owned by {role}; drop role {role}; select 1");
    }

    /// <summary>Kept by the daemon.</summary>
    public sealed class Orders
    {
        public string Id { get; set; } = "";

        public int Count { get; set; }

        public void Apply(KitLoaded loaded) => Count += loaded.Kit is null ? 0 : 1;
    }

    /// <summary>Kept by the daemon, that of a branch with the events that it shares.</summary>
    public sealed class Claims
    {
        public string Id { get; set; } = "";

        public int Count { get; set; }

        public void Apply(ObjectCreated created) => Count += created.Type == "Claim" ? 1 : 0;
    }
}
