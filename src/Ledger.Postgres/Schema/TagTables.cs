namespace Ledger.Postgres.Schema;

/// <summary>The tables that Marten makes for Ledger's tags; see <c>tag_events_v1</c>.</summary>
internal static class TagTables
{
    private const string Versions = "mt_dcb_tag_version";

    private static readonly string[] Kinds = ["ledger_actor", "ledger_model", "ledger_tool", "ledger_task"];

    private static readonly HashSet<string> Names = [.. Kinds.Select(kind => $"mt_event_tag_{kind}")];

    /// <summary>The lines of their entries, with tokens for the schemas: columns and keys, not the indexes, which differ between versions of Marten.</summary>
    internal static IEnumerable<string> ExpectedLines() =>
        SqlText.Read("migrations/ExpectedTags.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(line => Kinds.Select(kind => line.Replace("{kind}", kind, StringComparison.Ordinal)))
            .Distinct();

    /// <summary>Whether a table has tags of one of Ledger's kinds.</summary>
    internal static bool HasTags(string table) => Names.Contains(table);

    /// <summary>Whether a newer Marten may add columns to a table.</summary>
    internal static bool IsOne(string table) => table == Versions || HasTags(table);
}
