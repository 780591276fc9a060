namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>What the new tables of a rebuild are called, and how far they are.</summary>
internal static class ShadowTables
{
    private const string Ending = "_rebuild";

    /// <summary>The name that a new table has until it takes the place of the old one.</summary>
    /// <param name="table">The old one's, quoted where need be.</param>
    public static string Of(string table) => table.EndsWith('"') ? $"{table[..^1]}{Ending}\"" : table + Ending;

    /// <summary>What the progress of the new tables is kept under; no application's projection is called so.</summary>
    public static string KeyOf(string key) => $"{key}:rebuild";
}
