using Ledger.Bus;
using Ledger.Cli.Connections;
using Ledger.Tasks;

namespace Ledger.Cli.Bus;

/// <summary>The bus of the command: the abilities on tasks, and those on runs.</summary>
internal static class LedgerBus
{
    public static AgentBus Create(LedgerConnection connection)
    {
        var bus = new AgentBus();
        LedgerAbilities.Register(bus, connection.Tasks);
        RunAbilities.Register(bus, connection);
        return bus;
    }
}
