using Ledger.Bus;
using Ledger.Log;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ledger.Postgres.Hosting;

/// <summary>The services of a container on a store, the same for every engine.</summary>
internal static class LedgerServices
{
    /// <summary>The runs and branches of a store.</summary>
    public static AgentLedger RunsOf(IServiceProvider provider, IEventStore store, PostgresOptions options) =>
        new(store, options.Limits, provider.GetService<ILogger<AgentLedger>>(), provider.GetService<TimeProvider>());

    /// <summary>The tasks of a store, as the container's options say.</summary>
    public static TaskLedger TasksOf(IServiceProvider provider, IEventStore store) =>
        new(store, provider.GetService<TaskLedgerOptions>(), provider.GetService<TimeProvider>(), provider.GetService<ILogger<TaskLedger>>());

    /// <summary>The record stores of a store, as the container's options say.</summary>
    public static ChronoStores RecordsOf(IServiceProvider provider, IEventStore store) => new(
        store,
        provider.GetService<ChronoOptions>() ?? new ChronoOptions { TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System });

    /// <summary>A bus with the abilities on tasks, calls and messages.</summary>
    public static AgentBus BusOf(TaskLedger tasks)
    {
        var bus = new AgentBus();
        LedgerAbilities.Register(bus, tasks);
        return bus;
    }
}
