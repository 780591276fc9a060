namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>The names and the progress of the new tables of a rebuild.</summary>
internal static class ShadowTables
{
    private const string Ending = "_rebuild";

    /// <summary>The name of a new table until it replaces the old one.</summary>
    /// <param name="table">The name of the old table, quoted if necessary.</param>
    public static string Of(string table) => table.EndsWith('"') ? $"{table[..^1]}{Ending}\"" : table + Ending;

    /// <summary>The key of the progress of the new tables; no application's projection is called so.</summary>
    public static string KeyOf(string key) => $"{key}:rebuild";
}
