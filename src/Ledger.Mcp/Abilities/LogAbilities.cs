using Ledger.Bus;
using Ledger.Tasks;

namespace Ledger.Mcp.Abilities;

/// <summary>The abilities on a log: on tasks, on runs, and on record stores.</summary>
internal static class LogAbilities
{
    // What is not listed here writes.
    private static readonly HashSet<string> Reading = new(StringComparer.Ordinal)
    {
        "bus:list", "bus:abilities", "bus:schema", "bus:inspect",
        "run:list", "run:events", "run:world", "run:diff", "run:trace",
        "chrono:query", "chrono:get", "chrono:history",
        "ldg:task:get", "ldg:task:query", "ldg:call:list", "ldg:msg:list",
    };

    /// <summary>Whether an ability changes nothing.</summary>
    public static bool OnlyReads(AbilityMeta ability) => Reading.Contains(ability.Id);

    /// <summary>A bus with all of them; those on tasks only if the store supports tasks.</summary>
    public static AgentBus CreateBus(AgentLedger ledger)
    {
        var bus = new AgentBus();
        if (ledger.Store.Get<ITaskReader>() is not null)
        {
            LedgerAbilities.Register(bus, new TaskLedger(ledger.Store));
        }

        RunAbilities.Register(bus, ledger);
        MergeAbilities.Register(bus, ledger);
        ChronoAbilities.Register(bus, ledger.Store);
        return bus;
    }
}
