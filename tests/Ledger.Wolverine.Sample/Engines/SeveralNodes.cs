using JasperFx.Events.Projections;
using Ledger.Marten;
using Ledger.Postgres.Tenants;
using Ledger.Wolverine.Sample.Claims;
using Ledger.Wolverine.Sample.Steps;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Ledger.Wolverine.Sample.Engines;

/// <summary>The same on several nodes, among which Wolverine distributes the projections and the forwarding.</summary>
internal static class SeveralNodes
{
    public static void AddMartenNode(this WebApplicationBuilder builder, string connectionString)
    {
        // sample: Marten and Wolverine on several nodes
        builder.Services.AddMarten(options =>
            {
                options.Connection(connectionString);
                options.ApplyChangesLockTimeout = TimeSpan.FromMinutes(1);
                options.UseLedger();
                options.SnapshotWorlds(ProjectionLifecycle.Async);
                options.Projections.Snapshot<Board>(SnapshotLifecycle.Inline);
            })
            .AddLedger()
            .ApplyAllDatabaseChangesOnStartup()
            .IntegrateWithWolverine(integration => integration.UseWolverineManagedEventSubscriptionDistribution = true)
            .ProcessEventsWithWolverineHandlersInStrictOrder("notices");
        builder.Host.UseWolverine(options =>
        {
            options.UseLedger();
            options.Durability.Mode = DurabilityMode.Balanced;
            options.Policies.AutoApplyTransactions();
            options.Policies.UseDurableLocalQueues();
        });
        // end of sample
        builder.Services.ConfigureWolverine(UseSeveralNodes);
    }

    /// <summary>The same with a database for each tenant, as a table in the database of the connection string says.</summary>
    public static void AddMartenTenantsNode(this WebApplicationBuilder builder, string connectionString)
    {
        // sample: Marten and Wolverine with a database a tenant
        builder.Services.AddMarten(options =>
            {
                options.MultiTenantedDatabasesWithMasterDatabaseTable(connectionString);
                options.ApplyChangesLockTimeout = TimeSpan.FromMinutes(1);
                options.UseLedger();
                options.SnapshotWorlds(ProjectionLifecycle.Async);
                options.Projections.Snapshot<Board>(SnapshotLifecycle.Inline);
            })
            .AddLedger()
            .ApplyAllDatabaseChangesOnStartup()
            .IntegrateWithWolverine(integration => integration.UseWolverineManagedEventSubscriptionDistribution = true)
            .ProcessEventsWithWolverineHandlersInStrictOrder("notices");
        // end of sample
        builder.UseWolverineNode();
    }

    /// <summary>The same with the logs of all tenants in one schema, whose daemon connects as a role of its own.</summary>
    public static void AddMartenConjoinedNode(this WebApplicationBuilder builder, string connectionString)
    {
        var tenants = new ConjoinedTenants(connectionString);
        builder.Services.AddMarten(options =>
            {
                options.DatabaseSchemaName = "docs";
                options.Policies.AllDocumentsAreMultiTenanted();
                options.ApplyChangesLockTimeout = TimeSpan.FromMinutes(1);
                options.UseLedger(tenants, new ConjoinedStoreOptions { DaemonConnectionString = builder.Configuration.GetConnectionString("Daemon") });
                options.SnapshotWorlds(ProjectionLifecycle.Async);
                options.Projections.Snapshot<Board>(SnapshotLifecycle.Inline);
            })
            .AddLedger()
            .ApplyAllDatabaseChangesOnStartup()
            .IntegrateWithWolverine(integration => integration.UseWolverineManagedEventSubscriptionDistribution = true)
            .ProcessEventsWithWolverineHandlersInStrictOrder("notices");
        builder.UseWolverineNode();
    }

    /// <summary>A node that was killed is noticed within seconds, not within a minute.</summary>
    public static void UseSeveralNodes(this WolverineOptions options)
    {
        var (pace, soon) = (TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(100));
        options.Durability.Mode = DurabilityMode.Balanced;
        options.Durability.FirstHealthCheckExecution = soon;
        options.Durability.HealthCheckPollingTime = pace;
        options.Durability.StaleNodeTimeout = TimeSpan.FromSeconds(3);
        options.Durability.FirstNodeReassignmentExecution = soon;
        options.Durability.NodeReassignmentPollingTime = pace;
        options.Durability.OrphanedMessageSweepPollingTime = pace;
        options.Durability.ScheduledJobFirstExecution = soon;
        options.Durability.ScheduledJobPollingTime = pace;
        options.Durability.CheckAssignmentPeriod = TimeSpan.FromSeconds(1);
        options.LocalQueueFor<TakeStep>().MaximumParallelMessages(4);
    }

    private static void UseWolverineNode(this WebApplicationBuilder builder)
    {
        builder.Host.UseWolverine(options =>
        {
            options.UseLedger();
            options.Policies.AutoApplyTransactions();
            options.Policies.UseDurableLocalQueues();
        });
        builder.Services.ConfigureWolverine(UseSeveralNodes);
    }
}
