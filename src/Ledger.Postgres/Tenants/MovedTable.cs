using System.Security.Cryptography;
using System.Text;

namespace Ledger.Postgres.Tenants;

/// <summary>A table of a log that moves into or out of a schema of many tenants.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns in order, quoted, without the tenant.</param>
internal sealed record MovedTable(string Schema, string Name, string Columns)
{
    // Which tables have one row for each event, that is their numbers.
    private static readonly string[] Events = ["mt_events", "chrono_archive"];

    /// <summary>What numbers events: each of these is the number of one event of the log, but for notes about one that is gone.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
        ["mt_events.seq_id", "chrono_archive.seq_id", "masked_event.seq", "rewritten_payload.seq", "search_entry.seq"];

    /// <summary>How far something is: up to a number that need not be one of the log's own.</summary>
    public static IReadOnlyList<string> Places { get; } =
    [
        "run_tail.seq", "task_tail.seq", "task_tail.sighted", "seal_head.seq", "mt_event_progression.last_seq_id", "mt_event_progression.failure_event_sequence",
        "projection_shard.error_sequence", "projection_rebuild.floor",
    ];

    /// <summary>The table, quoted.</summary>
    public string Quoted => $"{SchemaNames.Quoted(Schema)}.{SchemaNames.Quoted(Name)}";

    /// <summary>The name that it has where the log is the only one: a schema of many has other tables of progress than Marten's.</summary>
    public string Purpose => Name switch
    {
        "tenant_progression" => "mt_event_progression",
        "tenant_dead_letter" => "mt_doc_deadletterevent",
        _ => Name,
    };

    /// <summary>The columns with the numbers that events get, for a select from the table as <c>t</c>.</summary>
    public string Renumbered => string.Join(", ", Columns.Split(", ").Select(Renumber));

    /// <summary>The column that says which event a row is a note about, quoted; null where there is none, and of the events themselves.</summary>
    /// <remarks>Of an event that retention has removed, or of a number that no event has, the note is not moved to where events get other numbers.</remarks>
    public string? NoteOf => Events.Contains(Purpose) ? null : Columns.Split(", ").FirstOrDefault(column => Numbers.Contains($"{Purpose}.{column}"));

    /// <summary>The same with the tenant, as the last column.</summary>
    public MovedTable WithTenant() => this with { Columns = $"{Columns}, tenant_id" };

    /// <summary>The trigger that refuses writes to a log that moves or has moved.</summary>
#pragma warning disable CA5351 // It names a trigger, as PostgreSQL's md5 does.
    public static string TriggerOf(TenantDatabase tenant) => $"tr_moved_{Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(tenant.IsConjoined ? tenant.Tenant : "")))}";
#pragma warning restore CA5351

    /// <summary>The text of a statement without its comment: Npgsql wants that of a COPY to begin with that word.</summary>
    public static string Statement(string sql) => SqlText.Load(sql) is var text && text.LastIndexOf("--", StringComparison.Ordinal) is var comment and >= 0
        ? text[(text.IndexOf('\n', comment) + 1)..]
        : text;

    private string Renumber(string column) => $"{Purpose}.{column}" switch
    {
        var name when Numbers.Contains(name) => Of("moved_number", column),
        var name when Places.Contains(name) => Of("moved_place", column),
        "mt_doc_deadletterevent.data" => Of("moved_letter", column),
        _ => $"t.{column}",
    };

    private static string Of(string expression, string column) => Statement(expression).Replace("{column}", column, StringComparison.Ordinal);
}
