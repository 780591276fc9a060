using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Wolverine.Messages;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Postgresql;
using Wolverine.Tracking;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>A message for a tenant is handled in the tenant's log, with either engine, and so are those that follow from it.</summary>
public sealed class TenantTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    [Theory]
    [InlineData("marten")]
    [InlineData("native")]
    public async Task Message_WithATenant_AppendsToIt_AndWhatFollowsToo(string engine)
    {
        string[] tenants = [$"acme-{engine}", $"bolt-{engine}"];
        foreach (var tenant in tenants)
        {
            await database.Map.AddAsync(tenant);
        }

        await using var messages = NpgsqlDataSource.Create(database.ConnectionString + ";Maximum Pool Size=10");
        using var host = Build(engine, messages);
        await host.StartAsync();
        foreach (var tenant in tenants)
        {
            await InvokeAsync(tenant, new WriteNote("same", "both"));
            await InvokeAsync(tenant, new WriteNote("same", tenant));
            await InvokeAsync(tenant, new SaveSnapshot("same"));
            await InvokeAsync(tenant, new ForkRun("same", 1, "branch"));
        }

        await InvokeAsync(tenants[1], new WriteNote("same", "third"));
        foreach (var (tenant, notes) in tenants.Zip(new[] { 2, 3 }))
        {
            var log = await database.Ledgers.ForTenantAsync(tenant);
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
        await Should.ThrowAsync<Exception>(() => InvokeAsync("nobody", new WriteNote("same", "lost")));
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events where data ->> 'id' = 'lost'")).ShouldBe(0);
        await host.StopAsync();

        Task InvokeAsync(string tenant, object message) =>
            host.TrackActivity().Timeout(TimeSpan.FromMinutes(2)).ExecuteAndWaitAsync(context => context.InvokeForTenantAsync(tenant, message));
    }

    private IHost Build(string engine, NpgsqlDataSource messages)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        if (engine == "marten")
        {
            builder.Services
                .AddMarten(options =>
                {
                    options.DatabaseSchemaName = "docs";
                    options.UseLedger(database.Map);
                })
                .AddLedger()
                .IntegrateWithWolverine(integration => integration.MessageStorageSchemaName = "wolverine_marten");
        }
        else
        {
            builder.Services.AddLedgerTenants(_ => database.Map, new TenantOptions { ConnectionsPerTenant = 10 });
        }

        builder.Services.AddWolverine(ExtensionDiscovery.Automatic, options =>
        {
            options.UseLedger();
            options.Durability.Mode = DurabilityMode.Solo;
            options.ApplicationAssembly = typeof(TenantTests).Assembly;
            options.Discovery.DisableConventionalDiscovery();
            options.Discovery.IncludeType(typeof(TenantNoteHandler));
            options.Policies.UseDurableLocalQueues();
            if (engine == "native")
            {
                options.PersistMessagesWithPostgresql(messages, "wolverine_native");
            }
        });
        return builder.Build();
    }
}
