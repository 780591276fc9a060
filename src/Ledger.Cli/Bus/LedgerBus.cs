using Ledger.Bus;
using Ledger.Cli.Connections;
using Ledger.Mcp.Abilities;

namespace Ledger.Cli.Bus;

/// <summary>The bus of the command.</summary>
internal static class LedgerBus
{
    public static AgentBus Create(LedgerConnection connection) => LogAbilities.CreateBus(connection.Ledger);
}
