using Ledger.Cli.Connections;

namespace Ledger.Cli.Streams;

/// <summary>Opens runs and branches by the text that people type, in one query.</summary>
internal static class Histories
{
    /// <summary>A handle on a run or branch that must exist.</summary>
    public static Task<Run> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        FindAsync(connection.Ledger, id, cancellationToken);

    /// <summary>A handle on a run or branch that must exist.</summary>
    public static async Task<Run> FindAsync(AgentLedger ledger, string id, CancellationToken cancellationToken)
    {
        var text = new StreamText(id);
        return text.Choose(await ledger.FindAllAsync(text.Names, cancellationToken)) ?? throw text.NotFound();
    }

    /// <summary>A handle on a run or branch, or null.</summary>
    public static async Task<Run?> TryFindAsync(AgentLedger ledger, string id, CancellationToken cancellationToken)
    {
        var text = new StreamText(id);
        return text.Choose(await ledger.FindAllAsync(text.Names, cancellationToken));
    }

    /// <summary>Handles on two runs or branches that must exist.</summary>
    public static Task<(Run A, Run B)> FindAsync(LedgerConnection connection, string a, string b, CancellationToken cancellationToken) =>
        FindAsync(connection.Ledger, a, b, cancellationToken);

    /// <summary>Handles on two runs or branches that must exist.</summary>
    public static async Task<(Run A, Run B)> FindAsync(AgentLedger ledger, string a, string b, CancellationToken cancellationToken)
    {
        var (left, right) = (new StreamText(a), new StreamText(b));
        var found = await ledger.FindAllAsync([.. left.Names, .. right.Names], cancellationToken);
        return (left.Choose(found) ?? throw left.NotFound(), right.Choose(found) ?? throw right.NotFound());
    }
}
