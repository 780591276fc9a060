using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Wolverine.Sample.Claims;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Ledger.Wolverine.Sample.Engines;

/// <summary>The log through Marten, with documents and Marten's projections.</summary>
internal static class MartenEngine
{
    public static void AddMartenEngine(this WebApplicationBuilder builder, string connectionString)
    {
        // sample: Marten and Wolverine
        builder.Services.AddMarten(options =>
            {
                options.Connection(connectionString);
                options.UseLedger();
                options.SnapshotWorlds(ProjectionLifecycle.Async);
                options.Projections.Snapshot<Board>(SnapshotLifecycle.Inline);
            })
            .AddLedger()
            .AddAsyncDaemon(DaemonMode.Solo)
            .IntegrateWithWolverine()
            .ProcessEventsWithWolverineHandlersInStrictOrder("notices");
        builder.Host.UseWolverine(options =>
        {
            options.UseLedger();
            options.Policies.AutoApplyTransactions();
            options.Policies.UseDurableLocalQueues();
        });
        // end of sample
        builder.Services.ConfigureWolverine(options => options.UseOneNode());
    }
}
