using Ledger.Cli.Connections;

namespace Ledger.Cli.Streams;

/// <summary>Opens runs and branches by the text that people type.</summary>
internal static class Histories
{
    /// <summary>A handle on a run or branch that must exist.</summary>
    public static async Task<Run> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        await connection.Ledger.OpenAsync(await StreamIds.FindAsync(connection.Store, id, cancellationToken), cancellationToken);
}
