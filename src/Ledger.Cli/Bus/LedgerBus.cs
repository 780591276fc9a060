using Ledger.Bus;
using Ledger.Cli.Connections;

namespace Ledger.Cli.Bus;

/// <summary>The bus of the command: the abilities on tasks, on runs, and on record stores.</summary>
internal static class LedgerBus
{
    public static AgentBus Create(LedgerConnection connection)
    {
        var bus = new AgentBus();
        LedgerAbilities.Register(bus, connection.Tasks);
        RunAbilities.Register(bus, connection);
        ChronoAbilities.Register(bus, connection.Store);
        return bus;
    }
}
