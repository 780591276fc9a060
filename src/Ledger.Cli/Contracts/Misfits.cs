using Ledger.Log;
using Ledger.Log.Contracts;

namespace Ledger.Cli.Contracts;

/// <summary>The events of a name that do not fit its contract.</summary>
internal sealed record Misfits(long Count, string First)
{
    /// <summary>Reads the whole log, and returns the misfits by name.</summary>
    public static async Task<Dictionary<string, Misfits>> FindAsync(IEventStore store, EventContracts contracts, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Misfits>(StringComparer.Ordinal);
        await foreach (var recorded in store.ReadLogAsync(default, cancellationToken))
        {
            if (contracts.Find(recorded.Type) is { } contract && contract.FaultOf(recorded.ToJsonElement()) is { } fault)
            {
                found[recorded.Type] = found.TryGetValue(recorded.Type, out var before)
                    ? before with { Count = before.Count + 1 }
                    : new Misfits(1, $"first in {recorded.Stream}@{recorded.Version}: {fault}");
            }
        }

        return found;
    }
}
