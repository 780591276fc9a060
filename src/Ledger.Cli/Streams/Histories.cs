using Ledger.Cli.Connections;

namespace Ledger.Cli.Streams;

/// <summary>Opens runs and branches by the text that people type, in one query.</summary>
internal static class Histories
{
    /// <summary>A handle on a run or branch that must exist.</summary>
    public static Task<Run> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        StoredRuns.FindAsync(connection.Ledger, id, cancellationToken);

    /// <summary>The same, and the position that <c>ID@N</c> names.</summary>
    public static Task<(Run Run, Position? At)> FindAtAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        StoredRuns.FindAtAsync(connection.Ledger, id, cancellationToken);

    /// <summary>The same for two.</summary>
    public static Task<((Run Run, Position? At) A, (Run Run, Position? At) B)> FindAtAsync(
        LedgerConnection connection, string a, string b, CancellationToken cancellationToken) =>
        StoredRuns.FindAtAsync(connection.Ledger, a, b, cancellationToken);

    /// <summary>Handles on two runs or branches that must exist.</summary>
    public static Task<(Run A, Run B)> FindAsync(LedgerConnection connection, string a, string b, CancellationToken cancellationToken) =>
        StoredRuns.FindAsync(connection.Ledger, a, b, cancellationToken);
}
