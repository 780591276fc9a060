namespace Ledger.Mcp.Streams;

/// <summary>Opens runs and branches by the text that people and models write, in one query.</summary>
internal static class StoredRuns
{
    /// <summary>A handle on a run or branch that must exist.</summary>
    public static async Task<Run> FindAsync(AgentLedger ledger, string id, CancellationToken cancellationToken)
    {
        var text = new HistoryText(id);
        return text.ChooseWhole(await ledger.FindAllAsync(text.Names, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>A handle on a run or branch that must exist, and the position that <c>ID@N</c> names.</summary>
    public static async Task<(Run Run, Position? At)> FindAtAsync(AgentLedger ledger, string id, CancellationToken cancellationToken)
    {
        var text = new HistoryText(id);
        return text.Choose(await ledger.FindAllAsync(text.Names, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The same for two.</summary>
    public static async Task<((Run Run, Position? At) A, (Run Run, Position? At) B)> FindAtAsync(
        AgentLedger ledger, string a, string b, CancellationToken cancellationToken)
    {
        var (left, right) = (new HistoryText(a), new HistoryText(b));
        var found = await ledger.FindAllAsync([.. left.Names, .. right.Names], cancellationToken).ConfigureAwait(false);
        return (left.Choose(found), right.Choose(found));
    }

    /// <summary>A handle on a run or branch, or null.</summary>
    public static async Task<Run?> TryFindAsync(AgentLedger ledger, string id, CancellationToken cancellationToken)
    {
        var text = new StreamText(id);
        return text.Choose(await ledger.FindAllAsync(text.Names, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Handles on two runs or branches that must exist.</summary>
    public static async Task<(Run A, Run B)> FindAsync(AgentLedger ledger, string a, string b, CancellationToken cancellationToken)
    {
        var (left, right) = (new HistoryText(a), new HistoryText(b));
        var found = await ledger.FindAllAsync([.. left.Names, .. right.Names], cancellationToken).ConfigureAwait(false);
        return (left.ChooseWhole(found), right.ChooseWhole(found));
    }
}
