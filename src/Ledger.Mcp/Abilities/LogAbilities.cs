using Ledger.Bus;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Queries;
using Ledger.Seal;
using Ledger.Tasks;

namespace Ledger.Mcp.Abilities;

/// <summary>The abilities on a log: on tasks, on runs, and on record stores.</summary>
internal static class LogAbilities
{
    /// <summary>A bus with all of them, for programs; those on tasks only if the store supports tasks.</summary>
    public static AgentBus CreateBus(AgentLedger ledger) => Create(ledger, LedgerAbilities.Register);

    /// <summary>The same bus in a form that language models read and write, with the contracts of events.</summary>
    /// <param name="ledger">The log.</param>
    /// <param name="queries">Answers questions in SQL; null where that is not allowed.</param>
    /// <param name="contracts">The contracts that applications declared; null where there is no database for them.</param>
    /// <param name="seal">The seal of the log; null where the application has none.</param>
    public static AgentBus CreateToolBus(AgentLedger ledger, SqlQueries? queries = null, EventContractTable? contracts = null, LogSeal? seal = null)
    {
        var bus = Create(ledger, LedgerAbilities.RegisterForModels);
        QueryAbilities.Register(bus, ledger, queries, contracts);
        if (seal is not null)
        {
            SealAbilities.Register(bus, ledger, seal);
        }

        return bus;
    }

    private static AgentBus Create(AgentLedger ledger, Action<IAgentBus, TaskLedger> registerTasks)
    {
        var bus = new AgentBus();
        if (ledger.Store.Get<ITaskReader>() is not null)
        {
            registerTasks(bus, new TaskLedger(ledger.Store, timeProvider: ledger.TimeProvider));
        }

        RunAbilities.Register(bus, ledger);
        EventAbilities.Register(bus, ledger);
        SearchAbilities.Register(bus, ledger);
        WorldAbilities.Register(bus, ledger);
        MergeAbilities.Register(bus, ledger);
        ChronoAbilities.Register(bus, ledger.Store);
        return bus;
    }
}
