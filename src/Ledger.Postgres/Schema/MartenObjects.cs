namespace Ledger.Postgres.Schema;

/// <summary>Additions and changes of a newer Marten in the event schema that do not matter to Ledger.</summary>
internal sealed class MartenObjects
{
    // Ledger reads and writes no column of these, or the first three of the progression alone.
    private static readonly HashSet<string> OwnColumns =
    [
        "mt_event_progression.mode", "mt_event_progression.rebuild_threshold", "mt_event_progression.assigned_node",
        "mt_event_progression.heartbeat", "mt_event_progression.agent_status", "mt_event_progression.pause_reason",
        "mt_event_progression.running_on_node", "mt_event_progression.warning_behind_threshold",
        "mt_event_progression.critical_behind_threshold", "mt_event_progression.failure_category",
        "mt_event_progression.failure_event_sequence", "mt_event_progression.failure_event_type",
        "mt_event_progression.failure_event_tenant_id", "mt_streams.compacted_version",
        "mt_event_projection_floors.name", "mt_event_projection_floors.tenant_id", "mt_event_projection_floors.floor",
        "mt_event_projection_floors.last_updated", "mt_high_water_skips.ending_sequence", "mt_high_water_skips.starting_sequence",
        "mt_high_water_skips.timestamp",
    ];

    // Marten adds columns to these tables that only its own statements fill. On the tables of the log such a column is a difference.
    private static readonly HashSet<string> OwnTables =
        ["mt_event_progression", "mt_event_projection_floors", "mt_high_water_skips", "mt_doc_deadletterevent"];

    private static readonly HashSet<string> LogTables = ["mt_events", "mt_streams"];

    private static readonly HashSet<string> Known = new(
        SqlText.Read("migrations/MartenObjects.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    private readonly string _events;

    /// <summary>Looks at a database.</summary>
    /// <param name="events">The event schema, as the server quotes it.</param>
    /// <param name="actual">The objects in the database.</param>
    internal MartenObjects(string events, IEnumerable<CatalogEntry> actual)
    {
        _events = events;
        HasTags = actual.Any(entry => entry.Kind == "table" && NameOf(entry) is { } table && TagTables.HasTags(table));
    }

    /// <summary>Whether Marten has made a table for one of Ledger's tags; then it has to make the others too.</summary>
    internal bool HasTags { get; }

    /// <summary>Whether Marten may define an expected entry in another way: a column that Ledger does not rely on.</summary>
    internal bool MayDefine(CatalogEntry entry) =>
        entry is { Kind: "column", Part: { } column } && NameOf(entry) is { } table && OwnColumns.Contains($"{table}.{column}");

    /// <summary>Whether an entry that no migration makes is Marten's: a column that a writer may leave out, or an object with a name of
    /// Marten's that is not known. Documents and their tables are the application's and say nothing of Marten.</summary>
    internal bool MayAdd(CatalogEntry entry)
    {
        if (NameOf(entry) is not { } name)
        {
            return false;
        }

        return entry switch
        {
            { Kind: "column" } when entry.Definition.Contains(" default ", StringComparison.Ordinal) =>
                LogTables.Contains(name) || IsOwn(name),
            { Kind: "column" } => IsOwn(name) && !entry.Definition.Contains(" not null", StringComparison.Ordinal),
            { Kind: "table" or "view" or "sequence" or "function" or "procedure", Part: null } =>
                name.StartsWith("mt_", StringComparison.Ordinal) && !name.StartsWith("mt_doc_", StringComparison.Ordinal) && !Known.Contains(name),
            _ => false,
        };
    }

    /// <summary>Whether an entry is an index of a table of tags, in which versions of Marten differ.</summary>
    internal bool MayIndex(CatalogEntry entry) => HasTags && entry.Kind == "index" && NameOf(entry) is { } table && TagTables.IsOne(table);

    // Without the schema and the types of arguments, or null in another schema.
    private string? NameOf(CatalogEntry entry) => entry.Object.StartsWith($"{_events}.", StringComparison.Ordinal)
        ? entry.Object[(_events.Length + 1)..].Split('(')[0]
        : null;

    private bool IsOwn(string table) => OwnTables.Contains(table) || (HasTags && TagTables.IsOne(table));
}
