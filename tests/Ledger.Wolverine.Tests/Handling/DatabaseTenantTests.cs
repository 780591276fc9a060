using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Marten;
using Ledger.Testing;
using Ledger.Wolverine.Messages;
using Marten;
using Marten.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Tracking;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>With Marten and a database for each tenant, a message is handled in that of its tenant, and so are those that follow from it, and a rebuild.</summary>
public sealed class DatabaseTenantTests
{
    [Fact]
    public async Task Message_WithATenant_AppendsToItsDatabase_AndRebuildsThere()
    {
        var server = await TestPostgres.SharedAsync();
        await using var main = await server.CreateDatabaseAsync();
        await using var acme = await server.CreateDatabaseAsync();
        await using var bolt = await server.CreateDatabaseAsync();
        using (var host = Build(main.ConnectionString, acme.ConnectionString, bolt.ConnectionString))
        {
            await host.StartAsync();
            foreach (var tenant in new[] { "acme", "bolt" })
            {
                await InvokeAsync(host, tenant, new WriteNote("same", "both"));
                await InvokeAsync(host, tenant, new WriteNote("same", tenant));
                await InvokeAsync(host, tenant, new ForkRun("same", 1, "branch"));
            }

            await InvokeAsync(host, "bolt", new WriteNote("same", "third"));
            var tenants = host.Services.GetRequiredService<MartenTenants>();
            foreach (var (tenant, notes) in new[] { ("acme", 2), ("bolt", 3) })
            {
                var log = await tenants.ForTenantAsync(tenant);
                var world = await log.Runs.GetRun("same").GetWorldAsync();
                world.Objects.Count.ShouldBe(notes);
                world.FindObject(tenant).ShouldNotBeNull();
                (await log.Store.ReadForwardAsync(StreamName.Run("follow")).CountAsync()).ShouldBe(notes);
                (await log.Store.GetBranchAsync(StreamName.Branch("branch"))).ShouldNotBeNull();
                using var scope = host.Services.CreateScope();
                (await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeForTenantAsync<NoteCount>(tenant, new CountNotes("same"))).Count.ShouldBe(notes);
            }

            // Without one, or for one that is not there, nothing is written.
            await Should.ThrowAsync<Exception>(() => host.InvokeAsync(new WriteNote("same", "lost")));
            await Should.ThrowAsync<Exception>(() => InvokeAsync(host, "nobody", new WriteNote("same", "lost")));

            await host.Services.GetRequiredService<IDocumentStore>().WaitForNonStaleProjectionDataAsync(TimeSpan.FromMinutes(2));
            foreach (var database in new[] { acme, bolt })
            {
                (await AskAsync(database, "with spoilt as (update ledger.mt_doc_ledger_world set data = '{}' returning 1) select count(*) from spoilt")).ShouldBe(3);
                (await AskAsync(database, "select count(*) from ledger.mt_events where data ->> 'id' = 'lost'")).ShouldBe(0);
            }

            await InvokeAsync(host, "bolt", new RebuildProjection("ledger_world"));
            (await AskAsync(bolt, "select count(*) from ledger.mt_doc_ledger_world where data = '{}'")).ShouldBe(0);
            (await AskAsync(acme, "select count(*) from ledger.mt_doc_ledger_world where data = '{}'")).ShouldBe(3, "another tenant's database");
            await host.StopAsync();
        }

        NpgsqlConnection.ClearAllPools();

        static Task InvokeAsync(IHost host, string tenant, object message) =>
            host.TrackActivity().Timeout(TimeSpan.FromMinutes(2)).ExecuteAndWaitAsync(context => context.InvokeForTenantAsync(tenant, message));
    }

    private static async Task<long> AskAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static IHost Build(string main, string acme, string bolt)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services
            .AddMarten(options =>
            {
                options.MultiTenantedDatabases(tenants =>
                {
                    tenants.AddSingleTenantDatabase(acme, "acme");
                    tenants.AddSingleTenantDatabase(bolt, "bolt");
                });
                options.UseLedger();
                options.SnapshotWorlds(ProjectionLifecycle.Async);
            })
            .AddLedger()
            .AddAsyncDaemon(DaemonMode.Solo)
            .ApplyAllDatabaseChangesOnStartup()
            .IntegrateWithWolverine(integration => (integration.MessageStorageSchemaName, integration.MainDatabaseConnectionString) = ("wolverine", main));
        builder.Services.AddWolverine(ExtensionDiscovery.Automatic, options =>
        {
            options.UseLedger();
            options.Durability.Mode = DurabilityMode.Solo;
            options.ApplicationAssembly = typeof(DatabaseTenantTests).Assembly;
            options.Discovery.DisableConventionalDiscovery();
            options.Discovery.IncludeType(typeof(TenantNoteHandler));
            options.Policies.UseDurableLocalQueues();
        });
        return builder.Build();
    }
}
